import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { call } from '#console/client.ts'
import { useMe } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { rolesQuery } from '#console/roles.ts'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Sheet } from '#console/ui/Sheet.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { whyFixed } from './matrix.ts'
import { refreshRoles } from './queries.ts'
import { RoleForm, type WrittenRole } from './RoleForm.tsx'

/** One role as a list, for its description and for screens on which the matrix is wide. */
export default function EditRolePanel() {
  const { name = '' } = useParams({ strict: false })
  const navigate = useNavigate()
  const close = (): void => void navigate({ to: pb.roles(), search: true })
  return (
    <Sheet open onClose={close} title={`Edit ${name}`}>
      <EditRole name={name} onClose={close} />
    </Sheet>
  )
}

function EditRole({ name, onClose }: { name: string; onClose: () => void }) {
  const { permissions: held } = useMe()
  const roles = useQuery(rolesQuery)
  if (roles.error && !roles.data)
    return <ErrorPanel error={roles.error} what="the role" onRetry={() => void roles.refetch()} />
  if (!roles.data) return <Skeleton className="h-48 w-full" />
  const role = roles.data.find((known) => known.name === name)
  if (!role) return <EmptyState kind="none" title={`There is no role ${name}`} />
  const fixed = whyFixed(role, held)
  if (fixed) return <EmptyState kind="denied" title={fixed} />
  const save = async ({ description, permissions }: WrittenRole): Promise<void> => {
    await call('PUT /admin/roles/{name}', { params: { name }, body: { description, permissions } })
    await refreshRoles()
    toastDone(`The role ${name} is saved`)
    onClose()
  }
  return <RoleForm isNew={false} given={role} submit="Save role" onSubmit={save} onCancel={onClose} />
}
