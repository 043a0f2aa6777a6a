import { useNavigate } from '@tanstack/react-router'
import {
  Check,
  KeyRound,
  LockOpen,
  LogOut,
  Pencil,
  ShieldOff,
  Trash,
  UserCheck,
  UserX,
  type LucideIcon,
} from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { call } from '#console/client.ts'
import { pb } from '#console/paths.ts'
import type { MenuItem } from '#console/ui/Menu.tsx'
import { toastDone, toastUndo } from '#console/ui/Toaster.tsx'
import { DeleteUserDialog } from './DeleteUserDialog.tsx'
import { EndSessionsDialog } from './EndSessionsDialog.tsx'
import { changeAtOnce, type User } from './queries.ts'
import { actionsFor, refusalOf, type UserAction } from './refusals.ts'
import { RejectUserDialog } from './RejectUserDialog.tsx'
import { RemoveMfaDialog } from './RemoveMfaDialog.tsx'
import { ResetPasswordDialog } from './ResetPasswordDialog.tsx'
import { useLooker } from './useLooker.ts'

export interface UserActions {
  itemsFor: (user: User) => MenuItem[]
  start: (action: UserAction, user: User) => void
  refusalOf: (action: UserAction, user: User) => string | undefined
  /** Has to stand somewhere on the page. */
  dialogs: ReactNode
}

/** All that can be done to a user, for menus and buttons of the page. */
export function useUserActions(): UserActions {
  const looker = useLooker()
  const navigate = useNavigate()
  const [asked, setAsked] = useState<{ action: UserAction; user: User }>()
  const close = (): void => setAsked(undefined)
  const dialog = (action: UserAction) => ({ user: asked?.action === action ? asked.user : undefined, onClose: close })

  const start = (action: UserAction, user: User): void => {
    if (action === 'edit') void navigate({ to: pb.userEdit(user.id), search: true })
    else if (action === 'approve') void approve(user)
    else if (action === 'unlock') void unlock(user)
    else if (action === 'enable') void enable(user)
    else if (action === 'disable') void disable(user)
    else setAsked({ action, user })
  }
  const itemFor = (action: UserAction, user: User): MenuItem => ({
    ...words[action],
    onSelect: () => start(action, user),
    disabledReason: refusalOf(action, user, looker),
  })
  return {
    itemsFor: (user) => actionsFor(user).map((action) => itemFor(action, user)),
    start,
    refusalOf: (action, user) => refusalOf(action, user, looker),
    dialogs: (
      <>
        <ResetPasswordDialog {...dialog('resetPassword')} />
        <RemoveMfaDialog {...dialog('removeMfa')} />
        <EndSessionsDialog {...dialog('endSessions')} />
        <RejectUserDialog {...dialog('reject')} />
        <DeleteUserDialog {...dialog('remove')} />
      </>
    ),
  }
}

const words: Record<UserAction, { label: string; icon: LucideIcon; danger?: boolean }> = {
  approve: { label: 'Approve', icon: Check },
  reject: { label: 'Reject', icon: Trash, danger: true },
  edit: { label: 'Edit', icon: Pencil },
  unlock: { label: 'Unlock', icon: LockOpen },
  enable: { label: 'Enable', icon: UserCheck },
  disable: { label: 'Disable', icon: UserX },
  resetPassword: { label: 'Reset password', icon: KeyRound },
  removeMfa: { label: 'Remove second factor', icon: ShieldOff },
  endSessions: { label: 'End all sessions', icon: LogOut },
  remove: { label: 'Delete', icon: Trash, danger: true },
}

/** With another role than was asked for, if one is given. */
export async function approve(user: User, role?: string): Promise<void> {
  const send = () =>
    call('POST /admin/users/{id}/approve', { params: { id: user.id }, body: { ...(role && { role }) } })
  const change = { state: 'active', is_active: true, role: role ?? user.role } as const
  if (await changeAtOnce(user, change, send)) toastDone(`${user.username} can log in now`)
}

async function unlock(user: User): Promise<void> {
  const send = () => call('POST /admin/users/{id}/unlock', { params: { id: user.id } })
  if (await changeAtOnce(user, { state: 'active', locked_until: null }, send)) toastDone(`${user.username} is unlocked`)
}

async function enable(user: User): Promise<void> {
  if (await setState(user, 'active')) toastDone(`${user.username} can log in again`)
}

async function disable(user: User): Promise<void> {
  if (await setState(user, 'disabled'))
    toastUndo(`${user.username} is disabled and logged out`, () => void setState(user, 'active'))
}

const setState = (user: User, state: 'active' | 'disabled'): Promise<boolean> =>
  changeAtOnce(user, { state, is_active: state === 'active' }, () =>
    call('PUT /admin/users/{id}', { params: { id: user.id }, body: { state } }),
  )
