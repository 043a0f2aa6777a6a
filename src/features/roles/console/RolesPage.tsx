import { useQuery } from '@tanstack/react-query'
import { Outlet, useBlocker, useNavigate } from '@tanstack/react-router'
import { Pencil, Plus } from 'lucide-react'
import { useState } from 'react'
import { plural } from '#console/format.ts'
import { useShortcuts } from '#console/keyboard.ts'
import { useCan } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { rolesQuery } from '#console/roles.ts'
import { flag, useSearch } from '#console/search.ts'
import { Button } from '#console/ui/Button.tsx'
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Menu } from '#console/ui/Menu.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { PeekPanel, usePeek } from '#console/ui/PeekPanel.tsx'
import { CardSkeletons } from '#console/ui/CardSkeletons.tsx'
import { changesIn, type Draft } from './matrix.ts'
import { RoleDetails } from './RoleDetails.tsx'
import { RoleMatrix } from './RoleMatrix.tsx'
import { SaveBar } from './SaveBar.tsx'
import { useRoleActions } from './useRoleActions.tsx'

export default function RolesPage() {
  const [{ edit: wanted }, setSearch] = useSearch({ edit: flag() })
  const [draft, setDraft] = useState<Draft>(new Map())
  const roles = useQuery(rolesQuery)
  const known = roles.data ?? []
  const peek = usePeek(known.map(({ name }) => name))
  const forget = (name: string): void => setDraft((before) => new Map([...before].filter(([role]) => role !== name)))
  const actions = useRoleActions(forget)
  const mayEdit = useCan()('roles:write').ok
  const editing = wanted && mayEdit
  const open = known.find(({ name }) => name === peek.id)
  const leave = (): void => {
    setDraft(new Map())
    setSearch({ edit: false })
  }
  return (
    <>
      <PageHeader
        title="Roles"
        lead="What people may do. Built-in roles can be edited and restored."
        actions={!editing && <PageActions onEdit={() => setSearch({ edit: true })} />}
      />
      {roles.error && !roles.data ? (
        <ErrorPanel error={roles.error} what="roles" onRetry={() => void roles.refetch()} />
      ) : roles.data ? (
        <RoleMatrix
          roles={known}
          draft={editing ? draft : new Map()}
          onDraft={editing ? setDraft : undefined}
          current={peek.id}
          onOpen={peek.open}
          actions={actions.itemsFor}
        />
      ) : (
        <CardSkeletons rows={[{ cards: 1, height: 640 }]} />
      )}
      {editing && <SaveBar roles={known} draft={draft} onSaved={forget} onLeave={leave} />}
      <PeekPanel peek={peek} title={peek.id ?? 'Role'}>
        {open ? (
          <>
            <div className="mb-4">
              <Menu align="start" items={actions.itemsFor(open)} trigger={<Button>Actions</Button>} />
            </div>
            <RoleDetails role={open} />
          </>
        ) : (
          <EmptyState kind="none" title={`There is no role ${peek.id}`} />
        )}
      </PeekPanel>
      {actions.dialogs}
      <LeaveDialog unsaved={changesIn(draft, known).length} />
      <Outlet />
    </>
  )
}

function PageActions({ onEdit }: { onEdit: () => void }) {
  const navigate = useNavigate()
  const { ok, reason } = useCan()('roles:write')
  const create = (): void => void navigate({ to: pb.roleNew() })
  useShortcuts(
    ok
      ? [
          { keys: 'c', label: 'Create role', group: 'Page', run: create },
          { keys: 'e', label: 'Edit permissions', group: 'Page', run: onEdit },
        ]
      : [],
  )
  return (
    <>
      <Button icon={Pencil} disabledReason={reason} onClick={onEdit}>
        Edit permissions
      </Button>
      <Button variant="primary" icon={Plus} disabledReason={reason} onClick={create}>
        Create role
      </Button>
    </>
  )
}

/** Asks before changes that were not saved are left behind; within the page they stay. */
function LeaveDialog({ unsaved }: { unsaved: number }) {
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => unsaved > 0 && current.pathname !== next.pathname,
    enableBeforeUnload: unsaved > 0,
    withResolver: true,
  })
  return (
    <ConfirmDialog
      open={status === 'blocked'}
      onClose={() => reset?.()}
      title="Leave without saving?"
      confirm="Discard changes"
      onConfirm={async () => proceed?.()}
    >
      Changes to {plural(unsaved, 'role')} are not saved.
    </ConfirmDialog>
  )
}
