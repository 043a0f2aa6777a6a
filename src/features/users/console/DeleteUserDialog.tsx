import { useState } from 'react'
import { call } from '#console/client.ts'
import { plural } from '#console/format.ts'
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx'
import { SelectField } from '#console/ui/Field.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { HeirField } from './HeirField.tsx'
import { heirNamed } from './heir.ts'
import { refreshUsers } from './queries.ts'
import type { UserDialogProps } from './RejectUserDialog.tsx'

type Fate = 'transfer' | 'delete'

export function DeleteUserDialog({ user, onClose }: UserDialogProps) {
  const [fate, setFate] = useState<Fate>('transfer')
  const [heir, setHeir] = useState('')
  const owned = user?.project_count ?? 0
  const close = (): void => {
    setFate('transfer')
    setHeir('')
    onClose()
  }
  const remove = async (): Promise<void> => {
    if (!user) return
    const query =
      owned === 0
        ? {}
        : fate === 'delete'
          ? { projects: fate }
          : { projects: fate, transfer_to: await heirNamed(heir, user) }
    await call('DELETE /admin/users/{id}', { params: { id: user.id }, query })
    await refreshUsers()
    toastDone(`${user.username} was deleted`)
  }
  return (
    <ConfirmDialog
      open={user !== undefined}
      onClose={close}
      title="Delete user"
      confirm="Delete user"
      {...(user && { typedName: user.username })}
      onConfirm={remove}
    >
      <p>
        <strong className="text-text">{user?.username}</strong> ({user?.email}) cannot log in any more, and their API
        keys and sessions end. What they did stays in the audit log. This cannot be undone.
      </p>
      {owned > 0 && (
        <div className="mt-4 flex flex-col gap-4 text-text">
          <SelectField
            name="projects"
            label={`Their ${plural(owned, 'project')}`}
            options={[
              { value: 'transfer', label: 'Give to another user' },
              {
                value: 'delete',
                label: owned === 1 ? 'Delete it with its messages' : 'Delete them with their messages',
              },
            ]}
            value={fate}
            onChange={({ target }) => setFate(target.value === 'delete' ? 'delete' : 'transfer')}
          />
          {fate === 'transfer' && <HeirField value={heir} onChange={setHeir} />}
        </div>
      )}
    </ConfirmDialog>
  )
}
