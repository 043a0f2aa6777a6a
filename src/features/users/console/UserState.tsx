import { Status, type StatusLevel } from '#console/ui/Status.tsx'
import type { User, UserState as State } from './queries.ts'

export const stateWords: Record<State, string> = {
  active: 'Active',
  pending: 'Waits for approval',
  locked: 'Locked',
  disabled: 'Disabled',
}

const levels: Record<State, StatusLevel> = { active: 'ok', pending: 'info', locked: 'warn', disabled: 'unknown' }

export const UserState = ({ user: { state } }: { user: User }) => (
  <Status level={levels[state]}>{stateWords[state]}</Status>
)
