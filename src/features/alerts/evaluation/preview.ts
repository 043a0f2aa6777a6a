import * as z from 'zod'
import { hourMs, iso, secondMs } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { Rule } from '../rule.ts'
import { fingerprintOf, termsOf, type ActiveRule } from './active.ts'
import { Book } from './book.ts'
import { metricsEngine } from './engines/metrics.ts'
import { evaluate, type Outcome } from './evaluate.ts'

/** Evaluations of one preview. */
const timesMax = 1_440
const bucketsMax = 1_000
const spansMax = 500
/** Alerts of all evaluations together. */
const samplesMax = 300_000

export interface PreviewSpan {
  labels: Record<string, string>
  from: string
  to: string | null
  peak: number | null
}

export interface Preview {
  fired: number
  spans: PreviewSpan[]
  series: number
  step_seconds: number
  note: string | null
}

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
  switch (condition.type) {
    case 'promql':
    case 'threshold':
      return played(active, await overMetrics(ctx, active, hours, signal))
    case 'logs':
      return overLogs(ctx, active, condition.query, condition.window_seconds * secondMs, hours, signal)
    case 'heartbeat':
      if (condition.source === 'metric') return played(active, await overMetrics(ctx, active, hours, signal))
      if (condition.source === 'logs')
        return overLogs(ctx, active, condition.query, condition.timeout_seconds * secondMs, hours, signal)
      return none(active, 'Calls of heartbeats are not kept, so there is nothing to look back at')
    default:
      return none(active, 'There is no preview of such rules')
  }
}

const stepMsOf = ({ interval_seconds }: Rule, hours: number): number =>
  Math.max(interval_seconds, Math.ceil((hours * hourMs) / secondMs / timesMax)) * secondMs

const none = ({ timing }: ActiveRule, note: string): Preview => ({
  fired: 0,
  spans: [],
  series: 0,
  step_seconds: timing.intervalMs / secondMs,
  note,
})

interface Past {
  times: number[]
  outcomes: Outcome[]
  note: string | null
}

async function overMetrics(ctx: Context, active: ActiveRule, hours: number, signal: AbortSignal): Promise<Past> {
  const { intervalMs } = active.timing
  const last = Math.floor(ctx.now() / intervalMs) * intervalMs
  const count = Math.floor((hours * hourMs) / intervalMs)
  const times = Array.from({ length: count }, (_, index) => last - (count - 1 - index) * intervalMs)
  const [answer] = await metricsEngine(ctx.platform.telemetry.metrics)([{ active, times }], signal)
  const { outcomes } = answer!
  const failure = outcomes.find((outcome) => outcome.kind === 'failed')
  return { times, outcomes, note: failure ? failure.message : null }
}

const histogram = z.object({
  histogram: z.object({ counts: z.record(z.string(), z.array(z.number())) }),
})

/** Windows are rounded to whole buckets, for lines are counted once, not once for every window. */
async function overLogs(
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
  return played({ ...active, timing: { intervalMs: bucketMs, offsetMs: 0 } }, { times, outcomes, note })
}

const nsOf = (ms: number): bigint => BigInt(ms) * 1_000_000n

/** Lets the alerts move as they would have. */
function played(active: ActiveRule, { times, outcomes, note }: Past): Preview {
  const book = new Book([])
  const spans = new Map<string, PreviewSpan>()
  const series = new Set<string>()
  const past: PreviewSpan[] = []
  let looked = 0
  for (const [index, at] of times.entries()) {
    const outcome = outcomes[index]!
    if (outcome.kind === 'samples') {
      looked += outcome.samples.length
      for (const { fingerprint } of outcome.samples) series.add(fingerprint)
    }
    if (looked > samplesMax) return { ...result(), note: 'There are too many series to look at all of the time' }
    for (const move of evaluate(active.terms, book.open(), outcome, { at })) {
      book.take(active, [move], at)
      if (move.move === 'fire' || (move.move === 'open' && move.state === 'firing')) {
        const span = { labels: { ...move.sample.labels }, from: iso(at), to: null, peak: finite(move.sample.value) }
        spans.set(move.fingerprint, span)
        past.push(span)
      }
      const span = spans.get(move.fingerprint)
      if (move.move === 'value' && span) span.peak = worst(active, span.peak, finite(move.sample.value))
      if (move.move === 'resolve' && span) {
        span.to = iso(at)
        spans.delete(move.fingerprint)
      }
    }
  }
  return result()

  function result(): Preview {
    return {
      fired: past.length,
      spans: past.slice(0, spansMax),
      series: series.size,
      step_seconds: active.timing.intervalMs / secondMs,
      note,
    }
  }
}

const finite = (value: number | null): number | null => (value !== null && Number.isFinite(value) ? value : null)

function worst({ terms }: ActiveRule, peak: number | null, value: number | null): number | null {
  if (peak === null || value === null) return peak ?? value
  return terms.limit?.operator === 'below' ? Math.min(peak, value) : Math.max(peak, value)
}
