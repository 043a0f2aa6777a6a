import { minuteMs } from '#kernel/time.ts'
import { pb } from '#console/paths.ts'
import { stringifySearch } from '#console/search.ts'
import { absolute, type Span } from '#console/timeRange.ts'
import type { Alert, Condition } from './queries.ts'

/** What led up to it is looked at too. */
const beforeMs = 30 * minuteMs
const afterMs = 5 * minuteMs

/** From somewhat before it began until somewhat after it ended, or now. */
export function spanOfAlert(
  { pending_at, resolved_at }: Pick<Alert, 'pending_at' | 'resolved_at'>,
  nowMs: number,
): Span {
  const toMs = resolved_at === null ? nowMs : Math.min(nowMs, Date.parse(resolved_at) + afterMs)
  return { fromMs: Math.min(Date.parse(pending_at), toMs) - beforeMs, toMs }
}

/** Lines of the same time: those that a rule over logs counts, else of whatever has the labels that lines have too. */
export function logsLink(
  alert: Alert,
  condition: Condition | null | undefined,
  logLabels: readonly string[],
  nowMs: number,
): string {
  return `${pb.logs()}${stringifySearch({
    q: logsQuery(alert, condition, logLabels) || undefined,
    ...rangeOf(alert, nowMs),
  })}`
}

/** Empty for all lines. */
export function logsQuery(
  { labels }: Pick<Alert, 'labels'>,
  condition: Condition | null | undefined,
  logLabels: readonly string[],
): string {
  if (condition?.type === 'logs') return condition.query
  if (condition?.type === 'heartbeat' && condition.source === 'logs') return condition.query
  const shared = Object.entries(labels).filter(([name]) => logLabels.includes(name) && name !== 'severity')
  return shared.length === 0 ? '' : `{${shared.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`
}

/** What is still open is followed. */
const rangeOf = (alert: Alert, nowMs: number): { from: string; to: string } => {
  const { from, to } = absolute(spanOfAlert(alert, nowMs))
  return { from, to: alert.resolved_at === null ? 'now' : to }
}

/** PromQL of the graph, where its source is a page of metrics here. */
export function graphedBy({ generator_url }: Pick<Alert, 'generator_url'>): string | undefined {
  if (!generator_url.startsWith(`${pb.explore()}?`)) return undefined
  return new URLSearchParams(generator_url.slice(generator_url.indexOf('?'))).get('q') ?? undefined
}

export function graphLink(alert: Alert, nowMs: number): string | undefined {
  const q = graphedBy(alert)
  return q === undefined ? undefined : `${pb.explore()}${stringifySearch({ q, ...rangeOf(alert, nowMs) })}`
}

/** Where another system shows the cause; whatever is no address of the web is not followed. */
export const elsewhere = ({ generator_url }: Pick<Alert, 'generator_url'>): string | undefined =>
  /^https?:\/\//i.test(generator_url) ? generator_url : undefined

/** As the annotation that Prometheus' rules use for it. */
export const runbookOf = ({ annotations }: Pick<Alert, 'annotations'>): string | undefined => {
  const url = annotations['runbook_url'] ?? annotations['runbook'] ?? ''
  return /^https?:\/\//i.test(url) ? url : undefined
}
