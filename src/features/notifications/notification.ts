import type { Severity } from '../alerts/index.ts'

/** One alert as a notification tells it. Times are milliseconds since 1970. */
export interface NotifiedAlert {
  id: string
  /** Of rule and labels; the same for every occurrence. */
  fingerprint: string
  name: string
  status: 'firing' | 'resolved'
  severity: Severity
  labels: Record<string, string>
  annotations: Record<string, string>
  startsAt: number
  /** Null while it fires. */
  endsAt: number | null
  /** Who took it up; null where nobody has. */
  acknowledgedBy: string | null
  value: number | null
  threshold: number | null
  /** Its page in the console. */
  url: string
  /** What shows the expression, or where it came from elsewhere. */
  generatorUrl: string
}

/**
 * What one channel is told at one moment. `id` is the same for every attempt, also after a crash: receivers that
 * remember ids see each of them once.
 */
export interface Notification {
  id: string
  at: number
  status: 'firing' | 'resolved'
  /** Names the group for as long as it exists: threads of mail and keys of incidents are made of it. */
  groupKey: string
  groupLabels: Record<string, string>
  commonLabels: Record<string, string>
  commonAnnotations: Record<string, string>
  alerts: NotifiedAlert[]
  /** Alerts of the group that were left out, because one message holds no more. */
  truncatedAlerts: number
  /** Name of the channel. */
  receiver: string
  /** The console. */
  externalUrl: string
  /** Why now, in words: `new alerts`, `resolved`, `repeated`, `escalated: step 2`, `test`. */
  reason: string
  test: boolean
}
