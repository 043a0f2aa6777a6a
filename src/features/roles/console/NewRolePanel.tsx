import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { call } from '#console/client.ts'
import { useMe } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { rolesQuery } from '#console/roles.ts'
import { text, useSearch } from '#console/search.ts'
import { Sheet } from '#console/ui/Sheet.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { refreshRoles } from './queries.ts'
import { RoleForm, type WrittenRole } from './RoleForm.tsx'

/** The form at its own address, over the matrix; `?from=operator` begins with what that role allows. */
export default function NewRolePanel() {
  const navigate = useNavigate()
  const { permissions: held } = useMe()
  const [{ from }] = useSearch({ from: text() })
  const roles = useQuery(rolesQuery).data
  const close = (): void => void navigate({ to: pb.roles() })
  const create = async (body: WrittenRole): Promise<void> => {
    await call('POST /admin/roles', { body })
    await refreshRoles()
    toastDone(`The role ${body.name} can be given now`)
    close()
  }
  const model = roles?.find(({ name }) => name === from)
  const given = {
    name: '',
    description: '',
    permissions: model?.permissions.filter((permission) => held.includes(permission)) ?? [],
  }
  return (
    <Sheet open onClose={close} title={model ? `Create role from ${model.name}` : 'Create role'}>
      {from && !roles ? (
        <Skeleton className="h-48 w-full" />
      ) : (
        <RoleForm isNew given={given} submit="Create role" onSubmit={create} onCancel={close} />
      )}
    </Sheet>
  )
}
