import { minuteMs } from '#kernel/time.ts'
import type { AlertRow } from '../store.ts'

/** What of a rule decides how its alerts move. */
export interface Terms {
  /** Null where whatever is found is too much. */
  limit: Limit | null
  forMs: number
  keepFiringMs: number
  /** After a longer time of which nothing is known, what is pending has to begin anew. */
  gapMsMax: number
  noData: 'ok' | 'alert' | 'keep'
  onError: 'keep' | 'alert'
}

export interface Limit {
  operator: 'above' | 'below'
  threshold: number
  /** An alert that fires ends only when its value is no longer beyond this. */
  recovery: number
}

/** One thing that was found. */
export interface Sample {
  fingerprint: string
  labels: Readonly<Record<string, string>>
  value: number | null
  /** What else the texts of the alert may speak of. */
  facts?: Readonly<Record<string, number>>
}

/** What one evaluation came to. */
export type Outcome =
  | { kind: 'samples'; samples: readonly Sample[] }
  /** There was nothing to compare. */
  | { kind: 'nothing' }
  /** Nobody knows what there was: Miktos itself did not run. */
  | { kind: 'unknown' }
  | { kind: 'failed'; message: string }

/** An open alert, as far as it matters here. */
export type Open = Pick<AlertRow, 'fingerprint' | 'state' | 'pending_at' | 'fired_at' | 'recovering_since' | 'value'>

/** How an alert moves; `fingerprint` names it, for there is one open at most. */
export type Move = { fingerprint: string } & (
  | { move: 'open'; state: 'pending' | 'firing'; sample: Sample }
  | { move: 'fire'; sample: Sample }
  /** Pending anew: how it was meanwhile is not known. */
  | { move: 'restart' }
  /** No longer beyond the limit, while `keepFiringMs` runs. */
  | { move: 'recover' }
  | { move: 'relapse' }
  | { move: 'value'; sample: Sample }
  | { move: 'resolve'; resolution: string }
)

/** What is pending survives so long without knowing. PromQL looks back as far by itself. */
export const toleratedGapMs = 5 * minuteMs

/** Names the one alert that says that the rule finds nothing, or fails. */
export const problemFingerprint = 'problem'

/**
 * How the open alerts of a rule move, given what was found at `at`; nothing else decides it. `knownAt` is the last
 * time of which something was known. Alerts of a time after `at` are left as they are.
 */
export function evaluate(
  terms: Terms,
  open: readonly Open[],
  outcome: Outcome,
  { at, knownAt = at }: { at: number; knownAt?: number },
): Move[] {
  const [samples, isWhole] = samplesOf(terms, outcome)
  if (!samples) return []
  const found = new Map(samples.map((sample) => [sample.fingerprint, sample]))
  const known = new Set(open.map(({ fingerprint }) => fingerprint))
  const absent = outcome.kind === 'nothing' || terms.limit ? 'no data' : 'recovered'
  const concerned = open.filter((alert) => isBefore(alert, at) && (isWhole || found.has(alert.fingerprint)))
  const moved = concerned.flatMap((alert) => {
    const sample = found.get(alert.fingerprint)
    if (sample && stays(terms.limit, alert, sample)) return onward(terms, alert, sample, at, knownAt)
    return away(terms, alert, at, sample ? 'recovered' : absent)
  })
  const opened = [...found.values()]
    .filter((sample) => !known.has(sample.fingerprint) && isBeyond(terms.limit, sample))
    .map((sample) => begin(terms, sample))
  return [...moved, ...opened]
}

/** What counts as found, and whether what is absent from it is over. Undefined where nothing may move. */
function samplesOf(terms: Terms, outcome: Outcome): [readonly Sample[] | undefined, boolean] {
  switch (outcome.kind) {
    case 'samples':
      return [outcome.samples, true]
    case 'nothing':
      if (terms.noData === 'ok') return [[], true]
      return terms.noData === 'alert' ? [[problem('no data')], false] : [undefined, false]
    case 'failed':
      return terms.onError === 'alert' ? [[problem('error')], false] : [undefined, false]
    case 'unknown':
      return [undefined, false]
  }
}

const problem = (reason: string): Sample => ({
  fingerprint: problemFingerprint,
  labels: { alert_reason: reason },
  value: null,
})

const isBefore = ({ pending_at, fired_at, recovering_since }: Open, at: number): boolean =>
  Math.max(pending_at, fired_at ?? 0, recovering_since ?? 0) <= at

const isProblem = ({ fingerprint }: Sample): boolean => fingerprint === problemFingerprint

function isBeyond(limit: Limit | null, sample: Sample): boolean {
  return limit === null || isProblem(sample) || exceeds(limit.operator, sample.value, limit.threshold)
}

/** Firing, it has to come back further than it had to go. */
function stays(limit: Limit | null, { state }: Open, sample: Sample): boolean {
  if (isBeyond(limit, sample)) return true
  return limit !== null && state !== 'pending' && exceeds(limit.operator, sample.value, limit.recovery)
}

function exceeds(operator: Limit['operator'], value: number | null, threshold: number): boolean {
  if (value === null) return false
  return operator === 'above' ? value > threshold : value < threshold
}

const begin = ({ forMs }: Terms, sample: Sample): Move => ({
  move: 'open',
  fingerprint: sample.fingerprint,
  state: forMs > 0 ? 'pending' : 'firing',
  sample,
})

function onward({ forMs, gapMsMax }: Terms, alert: Open, sample: Sample, at: number, knownAt: number): Move[] {
  const { fingerprint, state, pending_at, recovering_since, value } = alert
  if (state === 'pending') {
    if (at - knownAt > gapMsMax) return [{ move: 'restart', fingerprint }]
    if (at - pending_at >= forMs) return [{ move: 'fire', fingerprint, sample }]
  }
  return [
    ...(recovering_since === null ? [] : [{ move: 'relapse' as const, fingerprint }]),
    ...(Object.is(value, sample.value) ? [] : [{ move: 'value' as const, fingerprint, sample }]),
  ]
}

function away({ keepFiringMs }: Terms, alert: Open, at: number, resolution: string): Move[] {
  const { fingerprint, state, recovering_since } = alert
  if (state === 'pending' || keepFiringMs === 0) return [{ move: 'resolve', fingerprint, resolution }]
  if (recovering_since === null) return [{ move: 'recover', fingerprint }]
  return at - recovering_since >= keepFiringMs ? [{ move: 'resolve', fingerprint, resolution }] : []
}
