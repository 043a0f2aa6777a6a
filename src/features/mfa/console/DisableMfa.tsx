import { useState } from 'react'
import { call } from '#console/client.ts'
import { Button } from '#console/ui/Button.tsx'
import { Dialog } from '#console/ui/Dialog.tsx'
import { TextField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit } from '#console/ui/Form.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { refreshMfa } from './queries.ts'

export function DisableMfa() {
  const [open, setOpen] = useState(false)
  const close = (): void => setOpen(false)
  return (
    <>
      <Button onClick={() => setOpen(true)}>Turn off</Button>
      <Dialog open={open} onClose={close} title="Turn off the second factor" size="sm">
        <Form
          onSubmit={async (values) => {
            const { message } = await call('DELETE /me/mfa', { body: { otp: values.text('otp') } })
            close()
            toastDone(message)
            await refreshMfa()
          }}
        >
          <p className="text-muted">Afterwards your password alone logs in, and your recovery codes are void.</p>
          <TextField
            name="otp"
            label="Code of your authenticator app"
            hint="Or one of your recovery codes."
            autoComplete="one-time-code"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={40}
            className="max-w-48 font-mono"
          />
          <FormActions>
            <Button onClick={close}>Cancel</Button>
            <Submit variant="danger">Turn off</Submit>
          </FormActions>
        </Form>
      </Dialog>
    </>
  )
}
