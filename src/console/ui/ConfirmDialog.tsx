import { useState, type ReactNode } from 'react'
import { Dialog } from './Dialog.tsx'
import { Button } from './Button.tsx'
import { TextField } from './Field.tsx'
import { Form, FormActions, Submit } from './Form.tsx'

interface ConfirmDialogProps {
  open: boolean
  onClose: () => void
  title: string
  /** What will happen, and what will not come back. */
  children: ReactNode
  /** The verb on the button: `Delete user`. */
  confirm: string
  /** Must be typed before the button works: for what cannot be undone. */
  typedName?: string
  danger?: boolean
  /** The dialog closes when it is done and shows what it throws. */
  onConfirm: () => Promise<unknown>
}

export function ConfirmDialog({
  open,
  onClose,
  title,
  children,
  confirm,
  typedName,
  danger = true,
  onConfirm,
}: ConfirmDialogProps) {
  const [typed, setTyped] = useState('')
  const close = (): void => {
    setTyped('')
    onClose()
  }
  const missing = typedName !== undefined && typed !== typedName
  return (
    <Dialog open={open} onClose={close} title={title} size="sm">
      <Form
        onSubmit={async () => {
          if (missing) return
          await onConfirm()
          close()
        }}
      >
        <div className="text-muted">{children}</div>
        {typedName !== undefined && (
          <TextField
            name="confirmation"
            label={
              <>
                Type <code className="rounded-sm bg-hover px-1 font-mono">{typedName}</code> to confirm
              </>
            }
            autoComplete="off"
            autoFocus
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
          />
        )}
        <FormActions>
          <Button onClick={close}>Cancel</Button>
          <Submit
            variant={danger ? 'danger' : 'primary'}
            disabledReason={missing ? `Type ${typedName} first` : undefined}
          >
            {confirm}
          </Submit>
        </FormActions>
      </Form>
    </Dialog>
  )
}
