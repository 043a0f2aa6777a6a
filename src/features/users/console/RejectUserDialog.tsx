import { call } from '#console/client.ts'
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { refreshUsers, type User } from './queries.ts'

export interface UserDialogProps {
  /** Undefined: closed. */
  user: User | undefined
  onClose: () => void
}

export function RejectUserDialog({ user, onClose }: UserDialogProps) {
  const reject = async (): Promise<void> => {
    if (!user) return
    await call('DELETE /admin/users/{id}', { params: { id: user.id } })
    await refreshUsers()
    toastDone(`The request of ${user.username} was rejected`)
  }
  return (
    <ConfirmDialog
      open={user !== undefined}
      onClose={onClose}
      title="Reject request"
      confirm="Reject request"
      onConfirm={reject}
    >
      The account that <strong className="text-text">{user?.username}</strong> ({user?.email}) asked for is deleted.
      They can ask again.
    </ConfirmDialog>
  )
}
