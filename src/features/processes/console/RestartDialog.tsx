import { call } from '#console/client.ts'
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'

interface RestartDialogProps {
  open: boolean
  /** Number of servers. */
  count: number
  onClose: () => void
}

export function RestartDialog({ open, count, onClose }: RestartDialogProps) {
  const restart = async (): Promise<void> => {
    await call('POST /system/restart', { body: { services: ['server'] } })
    toastDone(count === 1 ? 'The server restarts' : 'The servers restart one after the other')
  }
  return (
    <ConfirmDialog open={open} onClose={onClose} title="Restart" confirm="Restart" danger={false} onConfirm={restart}>
      {count === 1
        ? 'Requests that are running are finished. Miktos is away for a few seconds, and this page reconnects by itself.'
        : `The ${count} servers restart one after the other: the next when the one before it is back.`}
    </ConfirmDialog>
  )
}
