import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '#console/client.ts'
import { useMe } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { roleOptions, rolesQuery } from '#console/roles.ts'
import { Button } from '#console/ui/Button.tsx'
import { PasswordField, SelectField, TextField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit, type FormValues } from '#console/ui/Form.tsx'
import { SecretOnce } from '#console/ui/SecretOnce.tsx'
import { Sheet } from '#console/ui/Sheet.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { refreshUsers, type User } from './queries.ts'
import { giveIt } from './ResetPasswordDialog.tsx'

interface Made {
  user: User
  password: string
}

/** The form at its own address, over the list of users, and then the password that was made. */
export default function NewUserPanel() {
  const navigate = useNavigate()
  const [made, setMade] = useState<Made>()
  const close = (): void => void navigate({ to: pb.users(), search: true })
  return (
    <Sheet open onClose={close} title={made ? `${made.user.username} can log in` : 'Create user'}>
      {made ? <MadeUser made={made} onDone={close} /> : <NewUserForm onMade={setMade} onClose={close} />}
    </Sheet>
  )
}

const MadeUser = ({ made: { user, password }, onDone }: { made: Made; onDone: () => void }) => (
  <div className="flex flex-col gap-4">
    <p className="text-muted">
      With {user.username} or {user.email} and this password:
    </p>
    <SecretOnce label="Password" value={password} note={giveIt} />
    <FormActions>
      <Button variant="primary" onClick={onDone}>
        Done
      </Button>
    </FormActions>
  </div>
)

function NewUserForm({ onMade, onClose }: { onMade: (made: Made) => void; onClose: () => void }) {
  const { permissions } = useMe()
  const roles = useQuery(rolesQuery).data
  const create = async (values: FormValues): Promise<void> => {
    const username = values.maybe('username')
    const password = values.maybe('password')
    const body = {
      email: values.text('email').trim(),
      role: values.text('role'),
      ...(username && { username }),
      ...(password && { password: values.text('password') }),
    }
    const { generated_password, ...user } = await call('POST /admin/users', { body })
    await refreshUsers()
    if (generated_password) return onMade({ user, password: generated_password })
    toastDone(`${user.username} can log in now`)
    onClose()
  }
  return (
    <Form onSubmit={create}>
      <TextField name="email" label="E-mail address" type="email" autoComplete="off" />
      <TextField
        name="username"
        label="Username"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        hint="Left empty it is the part of the address before @."
      />
      {/* Another key takes the default once the roles are known. */}
      <SelectField
        key={roles?.length}
        name="role"
        label="Role"
        options={roles ? roleOptions(roles, permissions) : [{ value: 'user', label: 'user' }]}
        defaultValue="user"
        hint="What each role allows stands under Roles."
      />
      <PasswordField
        name="password"
        label="Password"
        autoComplete="new-password"
        hint="Left empty one is made and shown once."
      />
      <FormActions>
        <Button onClick={onClose}>Cancel</Button>
        <Submit>Create user</Submit>
      </FormActions>
    </Form>
  )
}
