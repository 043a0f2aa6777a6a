import type { Context } from '#platform/context.ts'
import type { ActiveRule } from '../active.ts'
import { metricsEngine } from '../engines/metrics.ts'
import type { Past } from './play.ts'

export async function metricsBefore(
  ctx: Context,
  active: ActiveRule,
  times: number[],
  signal: AbortSignal,
): Promise<Past> {
  const [answer] = await metricsEngine(ctx.platform.telemetry.metrics)([{ active, times }], signal)
  const { outcomes } = answer!
  const failure = outcomes.find((outcome) => outcome.kind === 'failed')
  return { times, outcomes, note: failure ? failure.message : null }
}
