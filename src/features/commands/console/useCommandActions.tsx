import { Check, RotateCcw, X, Ban } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { call } from '#console/client.ts'
import { useCan } from '#console/me.ts'
import { Button } from '#console/ui/Button.tsx'
import { Dialog } from '#console/ui/Dialog.tsx'
import { TextareaField } from '#console/ui/Field.tsx'
import { Form, FormActions, Submit, type FormValues } from '#console/ui/Form.tsx'
import type { MenuItem } from '#console/ui/Menu.tsx'
import { toastDone, toastError } from '#console/ui/Toaster.tsx'
import { refreshCommands, writers, type Command } from './queries.ts'
import { whyNotCancel } from './words.ts'

export interface CommandActions {
  cancel: (command: Command) => Promise<void>
  approve: (command: Command) => Promise<void>
  /** Asks for a reason first. */
  reject: (command: Command) => void
  itemsFor: (command: Command) => MenuItem[]
  dialogs: ReactNode
}

/** What can be done about a command, for its row and its page. `onAgain` opens the form with it. */
export function useCommandActions(onAgain: (command: Command) => void): CommandActions {
  const can = useCan()
  const [rejecting, setRejecting] = useState<Command>()
  const mayDecide = can('commands:approve').ok
  return {
    cancel,
    approve,
    reject: setRejecting,
    itemsFor: (command) => [
      ...(mayDecide && command.status === 'awaiting_approval'
        ? [
            {
              label: 'Approve',
              icon: Check,
              onSelect: () => void approve(command),
              disabledReason: whyNotDecide(command),
            },
            {
              label: 'Reject',
              icon: X,
              onSelect: () => setRejecting(command),
              disabledReason: whyNotDecide(command),
            },
            'separator' as const,
          ]
        : []),
      { label: 'Cancel', icon: Ban, onSelect: () => void cancel(command), disabledReason: whyNotCancel(command) },
      {
        label: 'Run again',
        icon: RotateCcw,
        onSelect: () => onAgain(command),
        disabledReason: can(writers).reason,
      },
    ],
    dialogs: <RejectDialog command={rejecting} onClose={() => setRejecting(undefined)} />,
  }
}

export const whyNotDecide = ({ can_approve }: Command): string | undefined =>
  can_approve ? undefined : 'Another person has to agree to your command'

async function cancel({ id, command }: Command): Promise<void> {
  try {
    const { status } = await call('POST /commands/{command_id}/cancel', { params: { command_id: id } })
    toastDone(status === 'cancelled' ? `${command} was cancelled` : 'The runner was asked to end it')
  } catch (error) {
    toastError(error)
  }
  await refreshCommands()
}

async function approve({ id, command }: Command): Promise<void> {
  try {
    await call('POST /commands/{command_id}/approve', { params: { command_id: id } })
    toastDone(`${command} was approved`)
  } catch (error) {
    toastError(error)
  }
  await refreshCommands()
}

function RejectDialog({ command, onClose }: { command: Command | undefined; onClose: () => void }) {
  const reject = async (values: FormValues): Promise<void> => {
    if (!command) return
    await call('POST /commands/{command_id}/reject', {
      params: { command_id: command.id },
      body: { reason: values.text('reason') },
    })
    await refreshCommands()
    toastDone(`${command.command} was rejected`)
    onClose()
  }
  return (
    <Dialog open={command !== undefined} onClose={onClose} title="Reject command" size="sm">
      <Form onSubmit={reject}>
        <p className="text-muted">
          {command?.user} asked for{' '}
          <code dir="auto" className="font-mono break-all text-text">
            {command?.command}
          </code>
          . It will not be run.
        </p>
        <TextareaField name="reason" label="Reason" hint="They see it." rows={3} maxLength={2_000} />
        <FormActions>
          <Button onClick={onClose}>Keep it waiting</Button>
          <Submit variant="danger">Reject</Submit>
        </FormActions>
      </Form>
    </Dialog>
  )
}
