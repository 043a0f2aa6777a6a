import * as z from 'zod'
import { hourMs, secondMs } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import { fingerprintOf, type ActiveRule } from '../active.ts'
import type { Outcome } from '../evaluate.ts'
import { played, type Preview } from './play.ts'

const bucketsMax = 1_000

const histogram = z.object({
  histogram: z.object({ counts: z.record(z.string(), z.array(z.number())) }),
})

/** Windows are rounded to whole buckets, for lines are counted once, not once for every window. */
export async function linesBefore(
  ctx: Context,
  active: ActiveRule,
  query: string,
  windowMs: number,
  hours: number,
  signal: AbortSignal,
): Promise<Preview> {
  const { condition } = active.rule
  const bucketMs = Math.max(active.timing.intervalMs, Math.ceil((hours * hourMs) / bucketsMax / secondMs) * secondMs)
  const perWindow = Math.max(1, Math.round(windowMs / bucketMs))
  const last = Math.floor(ctx.now() / bucketMs) * bucketMs
  const count = Math.floor((hours * hourMs) / bucketMs)
  const bytes = await ctx.platform.telemetry.logs.search(
    {
      query,
      fromNs: nsOf(last - count * bucketMs),
      toNs: nsOf(last),
      direction: 'backward',
      limit: 1,
      offset: 0,
      countMax: 0,
      buckets: count,
    },
    signal,
  )
  const { counts } = histogram.parse(JSON.parse(Buffer.from(bytes).toString())).histogram
  const lines = Array.from({ length: count }, (_, index) =>
    Object.values(counts).reduce((sum, of) => sum + (of[index] ?? 0), 0),
  )
  const isRate = condition.type === 'logs' && condition.count === 'rate'
  const times = lines.map((_, index) => last - (count - 1 - index) * bucketMs).slice(perWindow - 1)
  const outcomes = times.map((_, index): Outcome => {
    const sum = lines.slice(index, index + perWindow).reduce((total, of) => total + of, 0)
    const value = isRate ? sum / (windowMs / secondMs) : sum
    return { kind: 'samples', samples: [{ fingerprint: fingerprintOf(active.id, {}), labels: {}, value }] }
  })
  const note = condition.type === 'logs' && condition.by ? 'Lines are counted together, not for each value' : null
  return played({ ...active, timing: { intervalMs: bucketMs, offsetMs: 0 } }, { times, outcomes, note, isDrawn: true })
}

const nsOf = (ms: number): bigint => BigInt(ms) * 1_000_000n
