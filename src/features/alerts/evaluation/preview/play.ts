import { iso, secondMs } from '#kernel/time.ts'
import type { ActiveRule } from '../active.ts'
import { Book } from '../book.ts'
import { evaluate, type Outcome, type Sample } from '../evaluate.ts'
import { drawing, type Drawn } from './draw.ts'

const spansMax = 500
/** Alerts of all evaluations together. */
const samplesMax = 300_000

/** What there was at each of the times. */
export interface Past {
  times: number[]
  outcomes: Outcome[]
  note: string | null
  /** Things that were looked at, where the outcomes name only those that are too much. */
  series?: number
  /** From when on it is recorded, ms since 1970, where that is later than what was asked for. */
  since?: number | null
  /** The values are no metric, which the console could ask for itself. */
  isDrawn?: boolean
}

export interface PreviewSpan {
  labels: Record<string, string>
  from: string
  to: string | null
  peak: number | null
}

export interface Preview {
  /** Null where there is nothing to look back at; `note` says why. */
  fired: number | null
  spans: PreviewSpan[]
  series: number
  step_seconds: number
  sample: { labels: Record<string, string>; value: number | null; facts: Record<string, number> } | null
  since: string | null
  drawn: Drawn | null
  note: string | null
}

export const nothingToLookAt = ({ timing }: ActiveRule, note: string): Preview => ({
  fired: null,
  spans: [],
  series: 0,
  step_seconds: timing.intervalMs / secondMs,
  sample: null,
  since: null,
  drawn: null,
  note,
})

/** Lets the alerts move as they would have. */
export function played(active: ActiveRule, past: Past): Preview {
  const { times, outcomes } = past
  if (outcomes.every(({ kind }) => kind === 'nothing') && active.terms.noData !== 'alert')
    return nothingToLookAt(active, 'There is no data of that time')
  const book = new Book([])
  const open = new Map<string, PreviewSpan>()
  const series = new Set<string>()
  const spans: PreviewSpan[] = []
  let looked = 0
  let newest: Sample | undefined
  let told: Sample | undefined
  let note = past.note
  for (const [index, at] of times.entries()) {
    const outcome = outcomes[index]!
    for (const { fingerprint } of samplesOf(outcome)) series.add(fingerprint)
    looked += samplesOf(outcome).length
    newest = samplesOf(outcome)[0] ?? newest
    if (looked > samplesMax) {
      note = 'There are too many series to look at all of the time'
      break
    }
    for (const move of evaluate(active.terms, book.open(), outcome, { at })) {
      book.take(active, [move], at)
      if (move.move === 'fire' || (move.move === 'open' && move.state === 'firing')) {
        const span = { labels: { ...move.sample.labels }, from: iso(at), to: null, peak: finite(move.sample.value) }
        open.set(move.fingerprint, span)
        spans.push(span)
        told = move.sample
      }
      const span = open.get(move.fingerprint)
      if (move.move === 'value' && span) span.peak = worst(active, span.peak, finite(move.sample.value))
      if (move.move === 'resolve' && span) {
        span.to = iso(at)
        open.delete(move.fingerprint)
      }
    }
  }
  return {
    fired: spans.length,
    spans: spans.slice(0, spansMax),
    series: past.series ?? series.size,
    step_seconds: active.timing.intervalMs / secondMs,
    sample: exampleOf(told ?? newest),
    since: past.since ? iso(past.since) : null,
    drawn: past.isDrawn ? drawing(active, past) : null,
    note,
  }
}

const exampleOf = (sample: Sample | undefined): Preview['sample'] =>
  sample ? { labels: { ...sample.labels }, value: finite(sample.value), facts: { ...sample.facts } } : null

const samplesOf = (outcome: Outcome): readonly Sample[] => (outcome.kind === 'samples' ? outcome.samples : [])

const finite = (value: number | null): number | null => (value !== null && Number.isFinite(value) ? value : null)

function worst({ terms }: ActiveRule, peak: number | null, value: number | null): number | null {
  if (peak === null || value === null) return peak ?? value
  return terms.limit?.operator === 'below' ? Math.min(peak, value) : Math.max(peak, value)
}
