export const commandStatuses = [
  'awaiting_approval',
  'queued',
  'delivered',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'expired',
  'rejected',
  'lost',
] as const

export type CommandStatus = (typeof commandStatuses)[number]

/**
 * Where a command may go from each status. What was lost may turn out to have ended: a runner that was cut off says so
 * when it is back. Nothing leads back to `queued`: a command is never run again.
 */
export const nextStatuses: Record<CommandStatus, readonly CommandStatus[]> = {
  awaiting_approval: ['queued', 'rejected', 'cancelled', 'expired'],
  queued: ['delivered', 'cancelled', 'expired'],
  delivered: ['running', 'succeeded', 'failed', 'cancelled', 'expired', 'lost'],
  running: ['succeeded', 'failed', 'cancelled', 'expired', 'lost'],
  succeeded: [],
  failed: [],
  cancelled: [],
  expired: [],
  rejected: [],
  lost: ['succeeded', 'failed', 'cancelled'],
}

/** Nothing more is expected of it. */
export const isOver = (status: CommandStatus): boolean => nextStatuses[status].length === 0 || status === 'lost'

export const openStatuses = commandStatuses.filter((status) => !isOver(status))
