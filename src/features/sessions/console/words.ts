import type { StatusLevel } from '#console/ui/Status.tsx'
import type { Session } from './queries.ts'

export type SessionStatus = Session['status']
/** What a runner is asked to do with a session. */
export type Step = 'start' | 'pause' | 'resume' | 'stop'

export const statusWords: Record<SessionStatus, string> = {
  created: 'Created',
  starting: 'Starting',
  running: 'Running',
  paused: 'Paused',
  stopping: 'Stopping',
  stopped: 'Stopped',
  failed: 'Failed',
  lost: 'Lost',
}

export const statuses = Object.keys(statusWords) as SessionStatus[]

export const statusLevels: Record<SessionStatus, StatusLevel> = {
  created: 'unknown',
  starting: 'unknown',
  running: 'ok',
  paused: 'info',
  stopping: 'unknown',
  stopped: 'unknown',
  failed: 'error',
  lost: 'warn',
}

export const isOnItsWay = (status: SessionStatus): boolean => status === 'starting' || status === 'stopping'

const activeStatuses: readonly SessionStatus[] = ['starting', 'running', 'paused', 'stopping']

export const isActive = (status: SessionStatus): boolean => activeStatuses.includes(status)

export const stepWords: Record<Step, string> = { start: 'Start', pause: 'Pause', resume: 'Resume', stop: 'Stop' }

type State = Pick<Session, 'status' | 'next_statuses'>

/** Why a session cannot take this step from where it is; undefined when it can. */
export function whyNotStep(step: Step, { status, next_statuses }: State): string | undefined {
  const is = `It is ${statusWords[status].toLowerCase()}`
  const isPossible = {
    start: next_statuses.includes('starting'),
    pause: status === 'running',
    resume: status === 'paused',
    stop: next_statuses.includes('stopping'),
  }[step]
  return isPossible ? undefined : is
}

export const whyNotDelete = ({ status }: Pick<State, 'status'>): string | undefined =>
  isActive(status) ? `It is ${statusWords[status].toLowerCase()}; stop it first` : undefined

/** The step that is next most of the time. */
export const mainStep = ({ status }: Pick<State, 'status'>): Step =>
  status === 'running' ? 'pause' : status === 'paused' ? 'resume' : 'start'

/** `3 active, 1 lost, 12 in all` */
export function summaryOf(counts: Record<SessionStatus, number>): string {
  const sum = (of: readonly SessionStatus[]): number => of.reduce((total, status) => total + counts[status], 0)
  return [
    `${sum(activeStatuses)} active`,
    counts.failed > 0 && `${counts.failed} failed`,
    counts.lost > 0 && `${counts.lost} lost`,
    `${sum(statuses)} in all`,
  ]
    .filter(Boolean)
    .join(', ')
}
