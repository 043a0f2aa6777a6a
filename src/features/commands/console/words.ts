import type { StatusLevel } from '#console/ui/Status.tsx'
import type { Command } from './queries.ts'

export type CommandStatus = Command['status']

export const statusWords: Record<CommandStatus, string> = {
  awaiting_approval: 'Needs approval',
  queued: 'Queued',
  delivered: 'Delivered',
  running: 'Running',
  succeeded: 'Succeeded',
  failed: 'Failed',
  cancelled: 'Cancelled',
  expired: 'Expired',
  rejected: 'Rejected',
  lost: 'Lost',
}

export const statuses = Object.keys(statusWords) as CommandStatus[]

export const statusLevels: Record<CommandStatus, StatusLevel> = {
  awaiting_approval: 'info',
  queued: 'unknown',
  delivered: 'unknown',
  running: 'unknown',
  succeeded: 'ok',
  failed: 'error',
  cancelled: 'unknown',
  expired: 'warn',
  rejected: 'warn',
  lost: 'warn',
}

const openStatuses: ReadonlySet<CommandStatus> = new Set(['awaiting_approval', 'queued', 'delivered', 'running'])

export const isOver = (status: CommandStatus): boolean => !openStatuses.has(status)

/** The word for where it is, and whether it is on its way to somewhere else. */
export function shownStatus({ status, cancel_requested_at }: Pick<Command, 'status' | 'cancel_requested_at'>): {
  word: string
  isBusy: boolean
} {
  if (cancel_requested_at !== null && !isOver(status)) return { word: 'Cancelling', isBusy: true }
  return { word: statusWords[status], isBusy: status === 'delivered' || status === 'running' }
}

type Rights = Pick<Command, 'status' | 'cancel_requested_at' | 'can_cancel'>

export function whyNotCancel({ status, cancel_requested_at, can_cancel }: Rights): string | undefined {
  if (isOver(status)) return `It is ${statusWords[status].toLowerCase()} already`
  if (cancel_requested_at !== null) return 'The runner was asked to'
  return can_cancel ? undefined : 'Needs the permission commands:write: it is the command of somebody else'
}
