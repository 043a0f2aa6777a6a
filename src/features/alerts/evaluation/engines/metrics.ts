import type { MetricsClient } from '#platform/telemetry/metrics/client.ts'
import type { Labels } from '#platform/telemetry/labels.ts'
import { figureExpression } from '../../figures.ts'
import type { Condition } from '../../rule.ts'
import { fingerprintOf } from '../active.ts'
import type { Outcome, Sample } from '../evaluate.ts'
import { failedAnswer, isAway, type Answer, type Engine, type Job } from './engine.ts'

/** More series than anybody could look at are a mistake in the rule. */
export const alertsMax = 1_000

type Series = Extract<Awaited<ReturnType<MetricsClient['many']>>[number], { series: unknown }>['series']

/** Rules over PromQL, all in one message to the store. */
export const metricsEngine =
  (metrics: MetricsClient): Engine =>
  async (jobs, signal) => {
    const results = await metrics.many(
      jobs.map(({ active: { rule, timing }, times }) => ({
        expression: promqlOf(rule.condition),
        fromMs: times[0]!,
        toMs: times.at(-1)!,
        stepMs: timing.intervalMs,
      })),
      signal,
    )
    return jobs.map((job, index): Answer => {
      const result = results[index]!
      if ('error' in result) return { ...failedAnswer(job, result.error, result.tookMs), isAway: isAway(result.code) }
      return { outcomes: outcomesOf(job, result.series), tookMs: result.tookMs }
    })
  }

/** What the rule asks, in PromQL; a condition of another kind asks nothing of the metrics. */
export function promqlOf(condition: Condition): string {
  if (condition.type === 'promql') return condition.expr
  if (condition.type === 'threshold') return figureExpression(condition.metric)
  if (condition.type === 'heartbeat') return `absent_over_time(${condition.query}[${condition.timeout_seconds}s])`
  throw new Error(`A condition of type ${condition.type} is no PromQL`)
}

/** Answers of several times as outcomes, one for each. Where all must be beyond a limit, nothing at all is no data. */
export function outcomesOf({ active, times }: Job, series: Series): Outcome[] {
  const samples = times.map((): Map<string, Sample> => new Map())
  const places = new Map(times.map((at, index) => [at, index]))
  for (const { labels, timestamps, values } of series) {
    const named = withoutName(labels)
    const fingerprint = fingerprintOf(active.id, named)
    for (const [index, at] of timestamps.entries())
      samples[places.get(at)!]?.set(fingerprint, { fingerprint, labels: named, value: values[index]! })
  }
  return samples.map((found) => outcomeOf([...found.values()], active.terms.limit !== null))
}

export function outcomeOf(samples: Sample[], isNothingNoData: boolean): Outcome {
  if (samples.length > alertsMax)
    return { kind: 'failed', message: `The rule finds ${samples.length} series; at most ${alertsMax} are followed` }
  return samples.length === 0 && isNothingNoData ? { kind: 'nothing' } : { kind: 'samples', samples }
}

function withoutName({ __name__: _name, ...labels }: Labels): Labels {
  return labels
}
