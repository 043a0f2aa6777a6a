import { secondMs } from '#kernel/time.ts'
import type { Condition } from '../rule.ts'
import type { Evaluation } from '../view.ts'
import type { ActiveRule } from './active.ts'
import type { Book } from './book.ts'
import { evaluate, toleratedGapMs, type Outcome } from './evaluate.ts'
import type { Answer } from './engines/engine.ts'

/** A rule that is evaluated, with its alerts and how far it has come. */
export interface Track {
  active: ActiveRule
  book: Book
  /** The last time it was evaluated at. */
  evaluatedAt: number
  /** The last time of which something was known. */
  knownAt: number
  /** The error that is stored. */
  storedError: string | null
  latest: Evaluation | undefined
}

/** When this server began to evaluate, and for how long nobody had. */
export interface Resumption {
  at: number
  gapMs: number
}

/** What looks as if nothing was there may only mean that nobody could send it. */
const settlingMs = 60 * secondMs
/** How far one evaluated is stored once a minute, so a shorter gap may be none. */
const shortGapMs = 90 * secondMs

/** Moves the alerts of the book as the answers say; returns what came of it, to be kept once it is stored. */
export function decide(
  { active, book, knownAt }: Track,
  times: readonly number[],
  { outcomes, tookMs }: Answer,
  resumption: Resumption,
): { evaluatedAt: number; knownAt: number; error: string | null; latest: Evaluation } {
  let known = knownAt
  let last: Outcome = { kind: 'unknown' }
  for (const [index, at] of times.entries()) {
    last = believed(active.rule.condition, outcomes[index]!, at, resumption)
    const open = book.open()
    book.take(active, evaluate(active.terms, open, last, { at, knownAt: known }), at)
    if (last.kind === 'samples' || last.kind === 'nothing') known = at
  }
  const at = times.at(-1)!
  const error = last.kind === 'failed' ? last.message.slice(0, 2_000) : null
  return { evaluatedAt: at, knownAt: known, error, latest: { at, tookMs, error, noData: last.kind === 'nothing' } }
}

function believed(condition: Condition, outcome: Outcome, at: number, { at: resumedAt, gapMs }: Resumption): Outcome {
  const silence = silenceMsOf(condition)
  if (silence !== null) return gapMs > shortGapMs && at < resumedAt + silence ? { kind: 'unknown' } : outcome
  const isEmpty = outcome.kind === 'nothing' || (outcome.kind === 'samples' && outcome.samples.length === 0)
  return isEmpty && gapMs > toleratedGapMs && at < resumedAt + settlingMs ? { kind: 'unknown' } : outcome
}

/** How long nothing must be heard, for conditions that are about that. */
export function silenceMsOf(condition: Condition): number | null {
  if (condition.type === 'heartbeat') return condition.timeout_seconds * secondMs
  return condition.type === 'logs' && condition.count === 'absence' ? condition.window_seconds * secondMs : null
}

export const listeningSince = ({ updatedAt }: ActiveRule, { at, gapMs }: Resumption): number =>
  gapMs > shortGapMs ? Math.max(at, updatedAt) : updatedAt
