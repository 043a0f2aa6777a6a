import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { NewPassword } from '#console/auth/NewPassword.tsx'
import { authOptionsQuery } from '#console/auth/options.ts'
import { call } from '#console/client.ts'
import { useMe } from '#console/me.ts'
import { Card } from '#console/ui/Card.tsx'
import { PasswordField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit, type FormValues } from '#console/ui/Form.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'

/** While the server has not told its own. */
const minLengthUsual = 12

export function PasswordCard() {
  const { username, email } = useMe().user
  const options = useQuery(authOptionsQuery)
  const [changes, setChanges] = useState(0)
  const [mismatch, setMismatch] = useState<string>()
  const change = async (values: FormValues): Promise<void> => {
    const isRepeated = values.text('new_password') === values.text('repeated')
    setMismatch(isRepeated ? undefined : 'This is not the same as above')
    if (!isRepeated) return
    const body = { current_password: values.text('current_password'), new_password: values.text('new_password') }
    const { message } = await call('PUT /me/password', { body })
    toastDone(message)
    setChanges(changes + 1)
  }
  return (
    <Card title="Password">
      {/* Another key empties the fields. */}
      <Form key={changes} onSubmit={change}>
        {/* Password managers want to know whose password it is. */}
        <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
        <PasswordField name="current_password" label="Current password" autoComplete="current-password" />
        <NewPassword
          name="new_password"
          label="New password"
          minLength={options.data?.password_min_length ?? minLengthUsual}
          avoid={[username, email?.split('@')[0] ?? '']}
        />
        <PasswordField name="repeated" label="New password again" autoComplete="new-password" error={mismatch} />
        <p className="text-sm text-muted">Your other sessions end when the password changes.</p>
        <FormActions>
          <Submit variant="secondary">Change password</Submit>
        </FormActions>
      </Form>
    </Card>
  )
}
