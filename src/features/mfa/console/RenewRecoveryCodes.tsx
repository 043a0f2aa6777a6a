import { RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { call } from '#console/client.ts'
import { Button } from '#console/ui/Button.tsx'
import { Dialog } from '#console/ui/Dialog.tsx'
import { Form, FormActions, Submit } from '#console/ui/Form.tsx'
import { refreshMfa } from './queries.ts'
import { RecoveryCodes } from './RecoveryCodes.tsx'

export function RenewRecoveryCodes() {
  const [open, setOpen] = useState(false)
  const [codes, setCodes] = useState<string[]>()
  const close = (): void => {
    setOpen(false)
    setCodes(undefined)
  }
  const renew = async (): Promise<void> => {
    setCodes((await call('POST /me/mfa/recovery-codes')).recovery_codes)
    await refreshMfa()
  }
  return (
    <>
      <Button icon={RefreshCw} onClick={() => setOpen(true)}>
        New recovery codes
      </Button>
      <Dialog
        open={open}
        onClose={close}
        title={codes ? 'Keep your recovery codes' : 'Make new recovery codes'}
        {...(codes && {
          footer: (
            <Button variant="primary" onClick={close}>
              I have stored them
            </Button>
          ),
        })}
      >
        {codes ? (
          <RecoveryCodes codes={codes} />
        ) : (
          <Form onSubmit={renew}>
            <p className="text-muted">You get ten new ones. Those you have stored before will not work any more.</p>
            <FormActions>
              <Button onClick={close}>Cancel</Button>
              <Submit>Make new codes</Submit>
            </FormActions>
          </Form>
        )}
      </Dialog>
    </>
  )
}
