import { useState } from 'react'
import { call } from '#console/client.ts'
import { plural } from '#console/format.ts'
import { useShortcuts } from '#console/keyboard.ts'
import type { Role } from '#console/roles.ts'
import { Button } from '#console/ui/Button.tsx'
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { allowedBy, changesIn, type Draft, type RoleChange } from './matrix.ts'
import { PermissionDiff } from './PermissionDiff.tsx'
import { refreshRoles } from './queries.ts'

interface SaveBarProps {
  roles: readonly Role[]
  draft: Draft
  /** The role's part of the draft has reached the server. */
  onSaved: (name: string) => void
  onLeave: () => void
}

/** Below the matrix while it is edited: how much has changed, and the way to see, keep or drop it. */
export function SaveBar({ roles, draft, onSaved, onLeave }: SaveBarProps) {
  const [reviewing, setReviewing] = useState(false)
  const changes = changesIn(draft, roles)
  const count = changes.reduce((sum, { added, removed }) => sum + added.length + removed.length, 0)
  const save = async (): Promise<void> => {
    for (const { name } of changes) {
      const role = roles.find((known) => known.name === name)!
      await call('PUT /admin/roles/{name}', { params: { name }, body: { permissions: [...allowedBy(draft, role)] } })
      await refreshRoles()
      onSaved(name)
    }
    toastDone(`${plural(changes.length, 'role')} saved`)
    onLeave()
  }
  useShortcuts(
    count > 0 ? [{ keys: '$mod+s', label: 'Review and save', group: 'Page', run: () => setReviewing(true) }] : [],
  )
  return (
    <div
      role="toolbar"
      aria-label="Changes to roles"
      className="mt-3 flex flex-wrap items-center gap-2 rounded-lg border border-border bg-raised px-3 py-2"
    >
      <output className="mr-auto">
        {count === 0 ? 'Nothing changed yet' : `${plural(count, 'change')} in ${plural(changes.length, 'role')}`}
      </output>
      <Button onClick={onLeave}>{count === 0 ? 'Done' : 'Discard'}</Button>
      <Button
        variant="primary"
        disabledReason={count === 0 ? 'Nothing changed yet' : undefined}
        onClick={() => setReviewing(true)}
      >
        Review and save
      </Button>
      <ConfirmDialog
        open={reviewing}
        onClose={() => setReviewing(false)}
        title="Save these changes?"
        confirm={`Save ${plural(changes.length, 'role')}`}
        danger={false}
        onConfirm={save}
      >
        <div className="flex max-h-[50dvh] flex-col gap-3 overflow-y-auto">
          <p>They take effect at once, also for those who are logged in.</p>
          {changes.map((change) => (
            <ChangeOf key={change.name} change={change} role={roles.find(({ name }) => name === change.name)} />
          ))}
        </div>
      </ConfirmDialog>
    </div>
  )
}

const ChangeOf = ({ change, role }: { change: RoleChange; role: Role | undefined }) => (
  <section aria-label={change.name}>
    <h3 className="mb-1 text-sm">
      <span className="font-medium text-text">{change.name}</span> · {plural(role?.user_count ?? 0, 'user')}
    </h3>
    <PermissionDiff change={change} />
  </section>
)
