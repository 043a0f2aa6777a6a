import { LRUCache } from 'lru-cache'
import { dayMs, minuteMs } from '#kernel/time.ts'
import type { Labels } from '#platform/telemetry/labels.ts'
import { labelsKey } from '#platform/telemetry/labels.ts'
import type { ManyQuery, ManyResult } from '#platform/telemetry/metrics/many.ts'
import type { MetricsClient } from '#platform/telemetry/metrics/client.ts'
import type { Condition } from '../../rule.ts'
import { sampleOf } from '../active.ts'
import type { Outcome, Sample } from '../evaluate.ts'
import { regressionOf, type Measured, type Sensitivity } from '../regression.ts'
import type { Answer, Engine, Job } from './engine.ts'
import { outcomeOf } from './metrics.ts'

export type RegressionCondition = Extract<Condition, { type: 'regression' }>

const requests = 'http_server_request_duration_seconds'
/** A model is told apart where the metric has one. */
const by = 'by (http_route, gen_ai_request_model)'
const window = '[5m]'
/** Of the same hour: from half an hour before to half an hour after. */
export const aroundMs = 30 * minuteMs
export const gridMs = 15 * minuteMs

const countOf = `sum ${by} (increase(${requests}_count${window}))`
const valueOf = {
  p95: `histogram_quantile(0.95, sum by (le, http_route, gen_ai_request_model) (rate(${requests}_bucket${window})))`,
  error_rate: `(sum ${by} (rate(${requests}_count{http_response_status_code=~"5.."}${window})) or 0 * sum ${by} (rate(${requests}_count${window}))) / (sum ${by} (rate(${requests}_count${window})) > 0)`,
}

/** Some 20 ms, or one request in 200, more or less are usual everywhere. */
const deviationFloors = { p95: 0.02, error_rate: 0.005 }

export type MeasuredAt = Measured & { at: number }
export type Table = Map<string, { labels: Labels; values: MeasuredAt[] }>

/** Compares each route and model with its own recent days. The days are read once for every quarter of an hour. */
export function regressionEngine(metrics: MetricsClient): Engine {
  const baselines = new LRUCache<string, Table>({ max: 100 })

  const ask = (queries: ManyQuery[], signal: AbortSignal): Promise<ManyResult[]> => metrics.many(queries, signal)

  const baselineAt = async (condition: RegressionCondition, at: number, signal: AbortSignal): Promise<Table> => {
    const middle = Math.floor(at / gridMs) * gridMs
    const key = `${condition.signal} ${condition.days} ${middle}`
    const known = baselines.get(key)
    if (known) return known
    const table = tableOf(await ask(daysBefore(condition, middle), signal))
    baselines.set(key, table)
    return table
  }

  const outcomeAt = async (job: Job, condition: RegressionCondition, at: number, signal: AbortSignal) => {
    const now = tableOf(await ask(pairAt(condition, { fromMs: at, toMs: at, stepMs: gridMs }), signal))
    return outcomeOf(worse(job, condition, now, await baselineAt(condition, at, signal)), false)
  }

  return async (jobs, signal) => {
    const answers: Answer[] = []
    for (const job of jobs) {
      const startedAt = performance.now()
      const { condition } = job.active.rule
      if (condition.type !== 'regression') throw new Error(`${condition.type} is no regression`)
      const outcomes: Outcome[] = []
      for (const at of job.times) outcomes.push(await outcomeAt(job, condition, at, signal).catch(failed))
      answers.push({ outcomes, tookMs: performance.now() - startedAt })
    }
    return answers
  }
}

const failed = (error: unknown): Outcome => ({
  kind: 'failed',
  message: error instanceof Error ? error.message : String(error),
})

export const pairAt = ({ signal }: RegressionCondition, span: Omit<ManyQuery, 'expression'>): ManyQuery[] => [
  { expression: valueOf[signal], ...span },
  { expression: countOf, ...span },
]

const daysBefore = (condition: RegressionCondition, middle: number): ManyQuery[] =>
  Array.from({ length: condition.days }, (_, index) => middle - (index + 1) * dayMs).flatMap((at) =>
    pairAt(condition, { fromMs: at - aroundMs, toMs: at + aroundMs, stepMs: gridMs }),
  )

/** Values and counts of the same series at the same times, put together. */
export function tableOf(results: readonly ManyResult[]): Table {
  const table: Table = new Map()
  for (let index = 0; index < results.length; index += 2) {
    const [values, counts] = [results[index]!, results[index + 1]!]
    if ('error' in values) throw new Error(values.error)
    if ('error' in counts) throw new Error(counts.error)
    const countsBy = new Map(counts.series.map((one) => [labelsKey(one.labels), one]))
    for (const { labels, timestamps, values: measured } of values.series) {
      const key = labelsKey(labels)
      const counted = countsBy.get(key)
      const row = table.get(key) ?? table.set(key, { labels, values: [] }).get(key)!
      for (const [place, at] of timestamps.entries()) {
        const requests = counted?.values[counted.timestamps.indexOf(at)] ?? 0
        row.values.push({ at, value: measured[place]!, requests })
      }
    }
  }
  return table
}

function worse({ active }: Job, condition: RegressionCondition, now: Table, before: Table): Sample[] {
  return [...now].flatMap(([key, { labels, values }]) => {
    const earlier = before.get(key)?.values ?? []
    const evidence = regressionOf(values.at(-1)!, earlier, sensitivityOf(condition))
    return evidence ? [sampleOf(active.id, labels, evidence.current, { ...evidence })] : []
  })
}

export const sensitivityOf = ({ signal, deviations, ratio, requests_min }: RegressionCondition): Sensitivity => ({
  deviations,
  ratio,
  requestsMin: requests_min,
  deviationFloor: deviationFloors[signal],
})
