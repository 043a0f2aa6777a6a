import { dayMs } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { Labels } from '#platform/telemetry/labels.ts'
import type { MetricsClient } from '#platform/telemetry/metrics/client.ts'
import type { ManyQuery } from '#platform/telemetry/metrics/many.ts'
import { sampleOf, type ActiveRule } from '../active.ts'
import { outcomeOf } from '../engines/metrics.ts'
import {
  aroundMs,
  gridMs,
  pairAt,
  sensitivityOf,
  tableOf,
  type MeasuredAt,
  type RegressionCondition,
  type Table,
} from '../engines/regression.ts'
import type { Outcome } from '../evaluate.ts'
import { comparedMin, regressionOf } from '../regression.ts'
import { nothingToLookAt, played, type Preview } from './play.ts'

/** Each route and model at each of the times against its days before, as the evaluation compares them. */
export async function regressionsBefore(
  { platform }: Context,
  active: ActiveRule,
  condition: RegressionCondition,
  times: number[],
  signal: AbortSignal,
): Promise<Preview> {
  const { metrics } = platform.telemetry
  const [first, last] = [times[0]!, times.at(-1)!]
  const grid = { fromMs: onGrid(first) - condition.days * dayMs - aroundMs, toMs: onGrid(last) + aroundMs - dayMs }
  const earlier = await measured(metrics, condition, { ...grid, stepMs: gridMs }, signal)
  const present = await measured(
    metrics,
    condition,
    { fromMs: first, toMs: last, stepMs: active.timing.intervalMs },
    signal,
  )
  if (typeof earlier === 'string' || typeof present === 'string')
    return nothingToLookAt(active, typeof earlier === 'string' ? earlier : String(present))
  const { outcomes, comparable } = outcomesOf(active, condition, times, present, earlier)
  if (comparable === 0)
    return nothingToLookAt(active, 'Too little is recorded of the same hour of earlier days to compare with')
  return played(active, { times, outcomes, note: null, series: comparable })
}

const onGrid = (at: number): number => Math.floor(at / gridMs) * gridMs

/** Day by day, for samples of a query are limited; what went wrong, in words, where it did. */
async function measured(
  metrics: MetricsClient,
  condition: RegressionCondition,
  { fromMs, toMs, stepMs }: Omit<ManyQuery, 'expression'>,
  signal: AbortSignal,
): Promise<Table | string> {
  const stepsPerDay = Math.max(1, Math.floor(dayMs / stepMs))
  const queries: ManyQuery[] = []
  for (let at = fromMs; at <= toMs; at += stepsPerDay * stepMs) {
    const end = Math.min(toMs, at + (stepsPerDay - 1) * stepMs)
    queries.push(...pairAt(condition, { fromMs: at, toMs: end, stepMs }))
  }
  const results = await metrics.many(queries, signal)
  const failure = results.find((result) => 'error' in result)
  return failure && 'error' in failure ? failure.error : tableOf(results)
}

/** `comparable` counts what could be compared at any time at all. */
export function outcomesOf(
  { id }: Pick<ActiveRule, 'id'>,
  condition: RegressionCondition,
  times: readonly number[],
  present: Table,
  earlier: Table,
): { outcomes: Outcome[]; comparable: number } {
  const sensitivity = sensitivityOf(condition)
  const compared = [...present].map(([key, { labels, values }]) => ({
    labels,
    now: byTime(values),
    before: byTime(earlier.get(key)?.values ?? []),
  }))
  const comparable = new Set<Labels>()
  const outcomes = times.map((at) => {
    const samples = compared.flatMap(({ labels, now, before }) => {
      const current = now.get(at)
      const days = sameHour(before, at, condition.days)
      if (!current || days.length < comparedMin) return []
      comparable.add(labels)
      const evidence = regressionOf(current, days, sensitivity)
      return evidence ? [sampleOf(id, labels, evidence.current, { ...evidence })] : []
    })
    return outcomeOf(samples, false)
  })
  return { outcomes, comparable: comparable.size }
}

const byTime = (values: readonly MeasuredAt[]) => new Map(values.map((value) => [value.at, value]))

function sameHour(before: ReadonlyMap<number, MeasuredAt>, at: number, days: number): MeasuredAt[] {
  const found: MeasuredAt[] = []
  for (let day = 1; day <= days; day += 1) {
    const middle = onGrid(at) - day * dayMs
    for (let moment = middle - aroundMs; moment <= middle + aroundMs; moment += gridMs) {
      const one = before.get(moment)
      if (one) found.push(one)
    }
  }
  return found
}
