import { call } from '#console/client.ts'
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { refreshKeys, type ApiKey, type Whose } from './queries.ts'

interface RevokeKeyDialogProps {
  /** Undefined: closed. */
  apiKey: ApiKey | undefined
  whose: Whose
  onClose: () => void
}

export function RevokeKeyDialog({ apiKey, whose, onClose }: RevokeKeyDialogProps) {
  const revoke = async (): Promise<void> => {
    if (!apiKey) return
    const given = { params: { id: apiKey.id } }
    await (whose === 'mine' ? call('DELETE /me/api-keys/{id}', given) : call('DELETE /admin/api-keys/{id}', given))
    await refreshKeys()
    toastDone(`${apiKey.name} was revoked`)
  }
  return (
    <ConfirmDialog
      open={apiKey !== undefined}
      onClose={onClose}
      title="Revoke API key"
      confirm="Revoke key"
      onConfirm={revoke}
    >
      Programs that use <strong className="text-text">{apiKey?.name}</strong>
      {whose === 'all' && ` of ${apiKey?.username}`} are refused from now on. This cannot be undone; where you want no
      interruption, rotate the key instead.
    </ConfirmDialog>
  )
}
