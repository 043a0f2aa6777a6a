import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { call } from '#console/client.ts'
import { meQuery, useMe } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { queryClient } from '#console/queryClient.ts'
import { lackedOf, roleOptions, rolesQuery, type Role } from '#console/roles.ts'
import { Button } from '#console/ui/Button.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { SelectField, TextField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit, type FormValues } from '#console/ui/Form.tsx'
import { Sheet } from '#console/ui/Sheet.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { refreshUsers, userQuery, type User } from './queries.ts'

/** The form at its own address, over the list of users. */
export default function EditUserPanel() {
  const { id = '' } = useParams({ strict: false })
  const navigate = useNavigate()
  const user = useQuery(userQuery(id))
  const roles = useQuery(rolesQuery)
  const close = (): void => void navigate({ to: pb.users(), search: true })
  const error = user.error ?? roles.error
  return (
    <Sheet open onClose={close} title={`Edit ${user.data?.username ?? 'user'}`}>
      {user.data && roles.data ? (
        <EditForm user={user.data} roles={roles.data} onClose={close} />
      ) : error ? (
        <ErrorPanel error={error} what="the user" />
      ) : (
        <Skeleton className="h-48 w-full" />
      )}
    </Sheet>
  )
}

function EditForm({ user, roles, onClose }: { user: User; roles: readonly Role[]; onClose: () => void }) {
  const me = useMe()
  const isOwn = user.id === me.user.id
  const given = roles.find(({ name }) => name === user.role)?.permissions ?? []
  const lacked = lackedOf(me.permissions, given)
  const save = async (values: FormValues): Promise<void> => {
    const body = changed(user, {
      email: values.text('email').trim(),
      username: values.text('username').trim(),
      role: values.text('role'),
    })
    if (Object.keys(body).length === 0) return onClose()
    const saved = await call('PUT /admin/users/{id}', { params: { id: user.id }, body })
    await Promise.all([refreshUsers(), isOwn && queryClient.invalidateQueries({ queryKey: meQuery.queryKey })])
    toastDone(`${saved.username} is saved`)
    onClose()
  }
  return (
    <Form onSubmit={save}>
      <TextField name="email" label="E-mail address" type="email" autoComplete="off" defaultValue={user.email} />
      <TextField
        name="username"
        label="Username"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        defaultValue={user.username}
      />
      <SelectField
        name="role"
        label="Role"
        options={roleOptions(roles, me.permissions)}
        defaultValue={user.role}
        hint={
          isOwn
            ? 'This is you: another role takes effect at once.'
            : 'Takes effect at once, also for those who are logged in.'
        }
      />
      <FormActions>
        <Button onClick={onClose}>Cancel</Button>
        <Submit disabledReason={lacked && `The role ${user.role} allows ${lacked}, which yours does not`}>
          Save user
        </Submit>
      </FormActions>
    </Form>
  )
}

type Editable = Pick<User, 'email' | 'username' | 'role'>

const changed = (user: User, wanted: Editable): Partial<Editable> =>
  Object.fromEntries(Object.entries(wanted).filter(([name, value]) => user[name as keyof Editable] !== value))
