export const sessionStatuses = [
  'created',
  'starting',
  'running',
  'paused',
  'stopping',
  'stopped',
  'failed',
  'lost',
] as const

export type SessionStatus = (typeof sessionStatuses)[number]

/** Where a session may go from each status. One that ended may begin again; one that was lost may turn up again. */
export const nextStatuses: Record<SessionStatus, readonly SessionStatus[]> = {
  created: ['starting', 'running', 'stopped', 'failed'],
  starting: ['running', 'stopping', 'stopped', 'failed', 'lost'],
  running: ['paused', 'stopping', 'stopped', 'failed', 'lost'],
  paused: ['running', 'stopping', 'stopped', 'failed', 'lost'],
  stopping: ['stopped', 'failed', 'lost'],
  stopped: ['starting', 'running'],
  failed: ['starting', 'running'],
  lost: ['starting', 'running', 'paused', 'stopped', 'failed'],
}

/** Somebody is, or should be, at work on it: without a sign of life it counts as lost. */
export const isActive = (status: SessionStatus): boolean =>
  status === 'starting' || status === 'running' || status === 'paused' || status === 'stopping'

export const activeStatuses: readonly SessionStatus[] = sessionStatuses.filter(isActive)
