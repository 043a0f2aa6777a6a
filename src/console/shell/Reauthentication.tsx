import { useEffect, useState } from 'react'
import { call } from '../client.ts'
import { hasCode } from '../errors.ts'
import { useMe } from '../me.ts'
import { onReauthentication } from '../reauthentication.ts'
import { Button } from '../ui/Button.tsx'
import { Dialog } from '../ui/Dialog.tsx'
import { PasswordField, TextField } from '../ui/Field.tsx'
import { Form, FormActions, Submit } from '../ui/Form.tsx'

interface Asked {
  done: () => void
  cancel: () => void
}

/** Asks for the password where the server wants a fresh one; the call that needed it then goes on by itself. */
export function Reauthentication() {
  const { user } = useMe()
  const [asked, setAsked] = useState<Asked>()
  const [withCode, setWithCode] = useState(user.mfa_enabled)
  useEffect(() => onReauthentication(setAsked), [])

  const settle = (how: keyof Asked): void => {
    asked?.[how]()
    setAsked(undefined)
  }
  return (
    <Dialog
      open={asked !== undefined}
      onClose={() => settle('cancel')}
      title="Confirm that it is you"
      lead="This needs your password once more. It is not asked again for a while."
      size="sm"
    >
      <Form
        onSubmit={async (values) => {
          const otp = values.maybe('otp')
          try {
            await call('POST /auth/reauthenticate', {
              body: { password: values.text('password'), ...(otp && { otp }) },
            })
          } catch (error) {
            if (hasCode(error, 'MFA_REQUIRED')) setWithCode(true)
            throw error
          }
          settle('done')
        }}
      >
        <input type="text" name="username" autoComplete="username" value={user.username} readOnly hidden />
        <PasswordField name="password" label="Password" autoComplete="current-password" autoFocus />
        {withCode && (
          <TextField
            name="otp"
            label="Code"
            autoComplete="one-time-code"
            hint="From your authenticator app, or a recovery code."
          />
        )}
        <FormActions>
          <Button onClick={() => settle('cancel')}>Cancel</Button>
          <Submit>Confirm</Submit>
        </FormActions>
      </Form>
    </Dialog>
  )
}
