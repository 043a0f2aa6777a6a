import type { StatusLevel } from '#console/ui/Status.tsx'
import { formatNumber } from '#console/format.ts'
import { severityLevel } from '#console/severity.ts'
import type { Alert, AlertState, Rule, Severity } from './queries.ts'

export { severityLevel }

export const severityWords: Record<Severity, string> = {
  info: 'Info',
  warning: 'Warning',
  error: 'Error',
  critical: 'Critical',
}

export const stateWords: Record<AlertState, string> = {
  pending: 'Pending',
  firing: 'Firing',
  acknowledged: 'Acknowledged',
  resolved: 'Resolved',
}

/** An alert that somebody is at is no less bad, but waits for nobody. */
export const stateLevel = ({ state, severity }: Pick<Alert, 'state' | 'severity'>): StatusLevel =>
  state === 'firing' ? severityLevel[severity] : state === 'resolved' ? 'ok' : state === 'pending' ? 'unknown' : 'info'

export const ruleStateWords: Record<Rule['state'], string> = {
  ok: 'Normal',
  pending: 'Pending',
  firing: 'Firing',
  no_data: 'No data',
  error: 'Failing',
  broken: 'Unreadable',
  disabled: 'Off',
  unknown: 'Not evaluated yet',
}

export const ruleStateLevel = ({ state, severity }: Pick<Rule, 'state' | 'severity'>): StatusLevel =>
  (
    { ok: 'ok', pending: 'unknown', firing: severityLevel[severity], no_data: 'warn', error: 'error' } as Partial<
      Record<Rule['state'], StatusLevel>
    >
  )[state] ?? (state === 'broken' ? 'error' : 'unknown')

export const kinds = ['threshold', 'promql', 'logs', 'heartbeat', 'event', 'regression'] as const

export const kindWords: Record<(typeof kinds)[number], string> = {
  threshold: 'Threshold',
  promql: 'PromQL',
  logs: 'Logs',
  heartbeat: 'Heartbeat',
  event: 'Event',
  regression: 'Regression',
}

/** `86.42`: as exact as one needs it beside a threshold. */
export const valueText = (value: number | null): string =>
  value === null ? '–' : Math.abs(value) < 0.01 && value !== 0 ? value.toPrecision(2) : formatNumber(value)

/** Labels that tell this alert from others: name and severity stand beside them. */
export const ownLabels = (labels: Record<string, string>): [string, string][] =>
  Object.entries(labels).filter(([name]) => name !== 'alertname' && name !== 'severity' && name !== '__name__')
