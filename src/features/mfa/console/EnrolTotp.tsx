import { useMutation } from '@tanstack/react-query'
import { ShieldCheck } from 'lucide-react'
import { useState } from 'react'
import type { Reply } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'
import { call } from '#console/client.ts'
import { Button } from '#console/ui/Button.tsx'
import { Copy } from '#console/ui/Copy.tsx'
import { Dialog } from '#console/ui/Dialog.tsx'
import { TextField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit } from '#console/ui/Form.tsx'
import { QrImage } from '#console/ui/QrImage.tsx'
import { toastDone, toastError } from '#console/ui/Toaster.tsx'
import { refreshMfa } from './queries.ts'
import { RecoveryCodes } from './RecoveryCodes.tsx'

type Enrolment = Reply<Api['POST /me/mfa/totp']>

/** From the button to the recovery codes: a secret for the app, its first code, the codes for the drawer. */
export function EnrolTotp() {
  const [codes, setCodes] = useState<string[]>()
  const enrol = useMutation({ mutationFn: () => call('POST /me/mfa/totp'), onError: toastError })
  // The card shows something else once the second factor is on, so that is told last.
  const finish = async (): Promise<void> => {
    enrol.reset()
    setCodes(undefined)
    if (!codes) return
    toastDone('From now on logging in asks for a code')
    await refreshMfa()
  }
  return (
    <>
      <Button icon={ShieldCheck} busy={enrol.isPending} onClick={() => enrol.mutate()}>
        Set up authenticator app
      </Button>
      <Dialog
        open={enrol.data !== undefined}
        onClose={() => void finish()}
        title={codes ? 'Keep your recovery codes' : 'Set up authenticator app'}
        {...(codes && {
          footer: (
            <Button variant="primary" onClick={() => void finish()}>
              I have stored them
            </Button>
          ),
        })}
      >
        {codes && <RecoveryCodes codes={codes} />}
        {enrol.data && !codes && (
          <ConfirmCode enrolment={enrol.data} onConfirmed={setCodes} onCancel={() => void finish()} />
        )}
      </Dialog>
    </>
  )
}

interface ConfirmCodeProps {
  enrolment: Enrolment
  onConfirmed: (recoveryCodes: string[]) => void
  onCancel: () => void
}

const ConfirmCode = ({ enrolment: { secret, qr_svg_data_url }, onConfirmed, onCancel }: ConfirmCodeProps) => (
  <Form
    onSubmit={async (values) => {
      const { recovery_codes } = await call('POST /me/mfa/totp/confirm', { body: { code: values.text('code') } })
      onConfirmed(recovery_codes)
    }}
  >
    <div className="flex flex-wrap items-center gap-4">
      <QrImage src={qr_svg_data_url} alt="QR code for the authenticator app" />
      <div className="min-w-48 flex-1">
        <p>Scan this with your authenticator app.</p>
        <p className="mt-3 text-sm text-muted">No camera? Type this in:</p>
        <p className="flex items-center gap-1">
          <code className="min-w-0 font-mono text-sm wrap-anywhere select-all">{inGroups(secret)}</code>
          <Copy value={secret} what="secret" />
        </p>
      </div>
    </div>
    <TextField
      name="code"
      label="Code the app shows now"
      inputMode="numeric"
      autoComplete="one-time-code"
      maxLength={7}
      className="max-w-40 font-mono"
    />
    <FormActions>
      <Button onClick={onCancel}>Cancel</Button>
      <Submit>Confirm</Submit>
    </FormActions>
  </Form>
)

const inGroups = (secret: string): string => secret.replace(/(.{4})(?=.)/g, '$1 ')
