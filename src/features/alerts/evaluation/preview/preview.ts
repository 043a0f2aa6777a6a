import { hourMs, secondMs } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { Rule } from '../../rule.ts'
import { termsOf, type ActiveRule } from '../active.ts'
import { eventsBefore } from './events.ts'
import { linesBefore } from './logs.ts'
import { metricsBefore } from './metrics.ts'
import { nothingToLookAt, played, type Preview } from './play.ts'
import { regressionsBefore } from './regression.ts'

/** Evaluations of one preview. */
const timesMax = 1_440
/** Of records that are all in memory. */
const eventTimesMax = 10_080

/** How often the rule would have fired. @throws what the engines throw */
export async function preview(ctx: Context, rule: Rule, hours: number, signal: AbortSignal): Promise<Preview> {
  const { condition } = rule
  const active: ActiveRule = {
    id: 'preview',
    version: 1,
    updatedAt: 0,
    rule: { ...rule, annotations: {}, labels: {} },
    terms: termsOf(rule),
    timing: { intervalMs: stepMsOf(rule, hours), offsetMs: 0 },
  }
  const times = timesBefore(ctx.now(), hours, active)
  switch (condition.type) {
    case 'promql':
    case 'threshold':
      return played(active, await metricsBefore(ctx, active, times, signal))
    case 'logs':
      return linesBefore(ctx, active, condition.query, condition.window_seconds * secondMs, hours, signal)
    case 'event':
      return played(active, await eventsBefore(ctx, active, condition, times))
    case 'regression':
      return regressionsBefore(ctx, active, condition, times, signal)
    case 'heartbeat':
      if (condition.source === 'metric') return played(active, await metricsBefore(ctx, active, times, signal))
      if (condition.source === 'logs')
        return linesBefore(ctx, active, condition.query, condition.timeout_seconds * secondMs, hours, signal)
      return nothingToLookAt(active, 'Calls of heartbeats are not kept, so there is nothing to look back at')
  }
}

const stepMsOf = ({ interval_seconds, condition }: Rule, hours: number): number => {
  const max = condition.type === 'event' ? eventTimesMax : timesMax
  return Math.max(interval_seconds, Math.ceil((hours * hourMs) / secondMs / max)) * secondMs
}

function timesBefore(now: number, hours: number, { timing: { intervalMs } }: ActiveRule): number[] {
  const last = Math.floor(now / intervalMs) * intervalMs
  const count = Math.floor((hours * hourMs) / intervalMs)
  return Array.from({ length: count }, (_, index) => last - (count - 1 - index) * intervalMs)
}
