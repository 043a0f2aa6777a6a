import type { Condition, Rule, Severity } from './queries.ts'
import type { kinds } from './words.ts'

export type Kind = (typeof kinds)[number]

/** A rule while it is written. */
export interface RuleDraft {
  name: string
  description: string
  severity: Severity
  condition: Condition
  for_seconds: number
  interval_seconds: number
  keep_firing_seconds: number
  no_data: Rule['no_data']
  on_error: Rule['on_error']
  labels: Record<string, string>
  annotations: Record<string, string>
  enabled: boolean
}

const starts: { [K in Kind]: Extract<Condition, { type: K }> } = {
  threshold: { type: 'threshold', metric: 'cpu_usage', operator: 'above', threshold: 85 },
  promql: { type: 'promql', expr: '', operator: 'above', threshold: 0 },
  logs: { type: 'logs', query: 'level:error', count: 'count', window_seconds: 300, operator: 'above', threshold: 10 },
  heartbeat: { type: 'heartbeat', source: 'push', query: '', timeout_seconds: 900 },
  event: {
    type: 'event',
    action: 'auth.login',
    result: 'failed',
    window_seconds: 300,
    operator: 'above',
    threshold: 10,
  },
  regression: { type: 'regression', signal: 'p95', days: 7, deviations: 6, ratio: 1.5, requests_min: 50 },
}

/** What a rule of a kind begins with. */
export const startOf = (kind: Kind): Condition => starts[kind]

export const newDraft = (condition: Condition): RuleDraft => ({
  name: '',
  description: '',
  severity: 'warning',
  condition,
  for_seconds: 60,
  interval_seconds: 15,
  keep_firing_seconds: 0,
  no_data: 'ok',
  on_error: 'keep',
  labels: {},
  annotations: {},
  enabled: true,
})

/** A stored rule as it is edited; one that cannot be read begins anew. */
export const draftOf = (rule: Rule): RuleDraft => ({
  ...newDraft(rule.condition ?? startOf('threshold')),
  name: rule.name,
  description: rule.description,
  severity: rule.severity,
  for_seconds: rule.for_seconds,
  interval_seconds: rule.interval_seconds,
  keep_firing_seconds: rule.keep_firing_seconds,
  no_data: rule.no_data,
  on_error: rule.on_error,
  labels: rule.labels,
  annotations: rule.annotations,
  enabled: rule.enabled,
})

/** Whether there is enough of it to look back with. */
export function isComplete(condition: Condition): boolean {
  switch (condition.type) {
    case 'promql':
      return condition.expr.trim() !== ''
    case 'threshold':
      return condition.metric.trim() !== '' && !Number.isNaN(condition.threshold)
    case 'heartbeat':
      return condition.source === 'push' || condition.query.trim() !== ''
    case 'event':
      return condition.action.trim() !== ''
    default:
      return true
  }
}

/** The number that the graph draws a line at; null where there is none. */
export const limitOf = (condition: Condition): number | null =>
  'threshold' in condition && condition.threshold !== undefined && !Number.isNaN(condition.threshold)
    ? condition.threshold
    : null

/** As JSON has it: without what is undefined. */
export const without = <T extends object>(given: T): T =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T
