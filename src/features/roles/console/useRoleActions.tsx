import { useNavigate } from '@tanstack/react-router'
import { Copy, Pencil, RotateCcw, Trash, UsersRound } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { builtinRoles } from '#kernel/permissions.ts'
import { call } from '#console/client.ts'
import { plural } from '#console/format.ts'
import { useCan, useMe } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import type { Role } from '#console/roles.ts'
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx'
import type { MenuItem } from '#console/ui/Menu.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { changeBetween, whyFixed } from './matrix.ts'
import { PermissionDiff } from './PermissionDiff.tsx'
import { refreshRoles } from './queries.ts'

interface RoleActions {
  itemsFor: (role: Role) => MenuItem[]
  /** Has to stand somewhere on the page. */
  dialogs: ReactNode
}

/** All that can be done to one role. `onGone` hears of roles that are no more. */
export function useRoleActions(onGone: (name: string) => void): RoleActions {
  const navigate = useNavigate()
  const can = useCan()
  const { permissions } = useMe()
  const [leaving, setLeaving] = useState<Role>()
  const itemsFor = (role: Role): MenuItem[] => [
    {
      label: 'Edit',
      icon: Pencil,
      onSelect: () => void navigate({ to: pb.roleEdit(role.name), search: true }),
      disabledReason: can('roles:write').reason ?? whyFixed(role, permissions),
    },
    {
      label: 'Copy to a new role',
      icon: Copy,
      onSelect: () => void navigate({ to: pb.roleNew(), search: { from: role.name } }),
      disabledReason: can('roles:write').reason,
    },
    {
      label: 'Show its users',
      icon: UsersRound,
      onSelect: () => void navigate({ to: pb.users(), search: { role: role.name } }),
      disabledReason: can('users:read').reason,
    },
    'separator',
    {
      ...(role.builtin ? { label: 'Restore the original', icon: RotateCcw } : { label: 'Delete', icon: Trash }),
      danger: true,
      onSelect: () => setLeaving(role),
      disabledReason: can('roles:delete').reason ?? whyKept(role),
    },
  ]
  const close = (): void => setLeaving(undefined)
  return {
    itemsFor,
    dialogs: (
      <>
        <RestoreDialog role={leaving?.builtin ? leaving : undefined} onClose={close} onGone={onGone} />
        <DeleteDialog role={leaving?.builtin ? undefined : leaving} onClose={close} onGone={onGone} />
      </>
    ),
  }
}

function whyKept({ name, editable, builtin, updated_at, user_count }: Role): string | undefined {
  if (!editable) return `The role ${name} always allows everything`
  if (builtin) return updated_at ? undefined : 'It is as it was delivered'
  return user_count > 0 ? `${plural(user_count, 'user has', 'users have')} it; give them another role first` : undefined
}

interface LeaveDialogProps {
  role: Role | undefined
  onClose: () => void
  onGone: (name: string) => void
}

async function leave({ name }: Role): Promise<void> {
  await call('DELETE /admin/roles/{name}', { params: { name } })
  await refreshRoles()
}

function RestoreDialog({ role, onClose, onGone }: LeaveDialogProps) {
  const original = role && builtinRoles[role.name]
  const change = role && original && changeBetween(role.name, role.permissions, original.permissions)
  const restore = async (): Promise<void> => {
    if (!role) return
    await leave(role)
    onGone(role.name)
    toastDone(`${role.name} is as it was delivered`)
  }
  return (
    <ConfirmDialog
      open={role !== undefined}
      onClose={onClose}
      title={`Restore ${role?.name ?? ''}`}
      confirm="Restore the original"
      onConfirm={restore}
    >
      {change && change.added.length + change.removed.length > 0 ? (
        <div className="flex flex-col gap-2">
          <p>The role goes back to how it was delivered, at once and for {plural(role?.user_count ?? 0, 'user')}:</p>
          <PermissionDiff change={change} />
        </div>
      ) : (
        'What it allows stays; its description goes back to how it was delivered.'
      )}
    </ConfirmDialog>
  )
}

function DeleteDialog({ role, onClose, onGone }: LeaveDialogProps) {
  const remove = async (): Promise<void> => {
    if (!role) return
    await leave(role)
    onGone(role.name)
    toastDone(`The role ${role.name} was deleted`)
  }
  return (
    <ConfirmDialog
      open={role !== undefined}
      onClose={onClose}
      title="Delete role"
      confirm="Delete role"
      onConfirm={remove}
    >
      Nobody has the role <strong className="text-text">{role?.name}</strong>. What it allows is lost.
    </ConfirmDialog>
  )
}
