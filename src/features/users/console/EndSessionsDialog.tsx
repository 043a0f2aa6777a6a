import { call } from '#console/client.ts'
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { refreshUsers } from './queries.ts'
import type { UserDialogProps } from './RejectUserDialog.tsx'

export function EndSessionsDialog({ user, onClose }: UserDialogProps) {
  const end = async (): Promise<void> => {
    if (!user) return
    const { message } = await call('DELETE /admin/users/{id}/sessions', { params: { id: user.id } })
    await refreshUsers()
    toastDone(`${user.username}: ${message}`)
  }
  return (
    <ConfirmDialog
      open={user !== undefined}
      onClose={onClose}
      title="End all sessions"
      confirm="End all sessions"
      onConfirm={end}
    >
      <strong className="text-text">{user?.username}</strong> is logged out everywhere and has to log in again. API keys
      go on working.
    </ConfirmDialog>
  )
}
