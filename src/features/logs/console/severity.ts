import type { LogRow } from './queries.ts'

export type SeverityName = LogRow['severity']

/** Most severe first, as they are listed; the chart stacks them from the end. */
export const severityNames = [
  'critical',
  'error',
  'warn',
  'info',
  'debug',
  'trace',
  'unknown',
] as const satisfies SeverityName[]

interface Look {
  /** Five letters at most, so that lines stand in columns. */
  word: string
  name: string
  /** A token, as `var(...)`. */
  colour: string
  className: string
}

export const severityLook: Record<SeverityName, Look> = {
  critical: { word: 'CRIT', name: 'Critical', colour: 'var(--critical)', className: 'text-critical' },
  error: { word: 'ERROR', name: 'Error', colour: 'var(--error)', className: 'text-error' },
  warn: { word: 'WARN', name: 'Warning', colour: 'var(--warn)', className: 'text-warn' },
  info: { word: 'INFO', name: 'Info', colour: 'var(--info)', className: 'text-info' },
  debug: { word: 'DEBUG', name: 'Debug', colour: 'var(--series-5)', className: 'text-muted' },
  trace: { word: 'TRACE', name: 'Trace', colour: 'var(--border-strong)', className: 'text-faint' },
  unknown: { word: '', name: 'No level', colour: 'var(--unknown)', className: 'text-faint' },
}

export const isFailure = (severity: SeverityName): boolean => severity === 'error' || severity === 'critical'
