import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { NewPassword } from '#console/auth/NewPassword.tsx'
import { authOptionsQuery } from '#console/auth/options.ts'
import { call } from '#console/client.ts'
import { Button } from '#console/ui/Button.tsx'
import { Dialog } from '#console/ui/Dialog.tsx'
import { SelectField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit, type FormValues } from '#console/ui/Form.tsx'
import { SecretOnce } from '#console/ui/SecretOnce.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { refreshUsers, type User } from './queries.ts'
import type { UserDialogProps } from './RejectUserDialog.tsx'

const ways = [
  { value: 'made', label: 'Made by Miktos and shown once' },
  { value: 'given', label: 'One that I write' },
]

export function ResetPasswordDialog({ user, onClose }: UserDialogProps) {
  const [generated, setGenerated] = useState<string>()
  const close = (): void => {
    setGenerated(undefined)
    onClose()
  }
  return (
    <Dialog
      open={user !== undefined}
      onClose={close}
      title={`Reset the password of ${user?.username ?? ''}`}
      lead={generated ? undefined : 'All their sessions end.'}
      {...(generated && {
        footer: (
          <Button variant="primary" onClick={close}>
            Done
          </Button>
        ),
      })}
    >
      {generated && <SecretOnce label="New password" value={generated} note={giveIt} />}
      {user && !generated && <ResetForm user={user} onGenerated={setGenerated} onDone={close} />}
    </Dialog>
  )
}

export const giveIt = 'Shown only now. Give it to them on a safe way; they can change it under Security.'

interface ResetFormProps {
  user: User
  onGenerated: (password: string) => void
  onDone: () => void
}

function ResetForm({ user, onGenerated, onDone }: ResetFormProps) {
  const options = useQuery(authOptionsQuery)
  const [way, setWay] = useState('made')
  const reset = async (values: FormValues): Promise<void> => {
    const body = way === 'given' ? { password: values.text('password') } : {}
    const { generated_password } = await call('POST /admin/users/{id}/reset-password', {
      params: { id: user.id },
      body,
    })
    await refreshUsers()
    if (generated_password) return onGenerated(generated_password)
    toastDone(`The password of ${user.username} is set`)
    onDone()
  }
  return (
    <Form onSubmit={reset}>
      <SelectField
        name="way"
        label="The new password"
        options={ways}
        value={way}
        onChange={({ target }) => setWay(target.value)}
      />
      {way === 'given' && (
        <NewPassword
          name="password"
          label="New password"
          minLength={options.data?.password_min_length ?? 12}
          avoid={[user.username, user.email.split('@')[0]!]}
        />
      )}
      <FormActions>
        <Button onClick={onDone}>Cancel</Button>
        <Submit variant="danger">Reset password</Submit>
      </FormActions>
    </Form>
  )
}
