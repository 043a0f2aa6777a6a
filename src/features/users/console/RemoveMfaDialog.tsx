import { call } from '#console/client.ts'
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { refreshUsers } from './queries.ts'
import type { UserDialogProps } from './RejectUserDialog.tsx'

export function RemoveMfaDialog({ user, onClose }: UserDialogProps) {
  const remove = async (): Promise<void> => {
    if (!user) return
    await call('DELETE /admin/users/{id}/mfa', { params: { id: user.id } })
    await refreshUsers()
    toastDone(`${user.username} has no second factor any more`)
  }
  return (
    <ConfirmDialog
      open={user !== undefined}
      onClose={onClose}
      title="Remove second factor"
      confirm="Remove second factor"
      onConfirm={remove}
    >
      Until <strong className="text-text">{user?.username}</strong> sets one up again, the password alone is enough to
      log in. Do this only for somebody whose lost device you have heard of from themselves.
    </ConfirmDialog>
  )
}
