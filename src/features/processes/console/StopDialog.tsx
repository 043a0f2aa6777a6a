import { call } from '#console/client.ts'
import { queryClient } from '#console/queryClient.ts'
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { processesQuery, type ServerProcess } from './queries.ts'

interface StopDialogProps {
  /** Undefined: closed. */
  server: ServerProcess | undefined
  /** Whether it is the only one. */
  alone: boolean
  onClose: () => void
}

export function StopDialog({ server, alone, onClose }: StopDialogProps) {
  const stop = async (): Promise<void> => {
    if (!server) return
    const { message } = await call('POST /admin/server/stop/{pid}', { params: { pid: server.id } })
    await queryClient.invalidateQueries({ queryKey: processesQuery.queryKey })
    toastDone(message)
  }
  return (
    <ConfirmDialog
      open={server !== undefined}
      onClose={onClose}
      title="Stop server process"
      confirm="Stop process"
      onConfirm={stop}
      {...(alone && server && { typedName: String(server.pid) })}
    >
      {alone ? (
        <p>
          This is the only server. Once it has stopped, nobody reaches Miktos, and this page is gone too, until somebody
          starts it on <strong className="text-text">{server?.host_name}</strong>.
        </p>
      ) : (
        <p>
          Process <strong className="text-text">{server?.pid}</strong> on {server?.host}:{server?.port} takes no new
          requests, finishes those it has, and ends.
          {server?.current && ' It is the one that answers you; this page connects to another one.'}
        </p>
      )}
    </ConfirmDialog>
  )
}
