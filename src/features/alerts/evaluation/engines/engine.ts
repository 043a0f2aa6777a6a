import type { ActiveRule } from '../active.ts'
import type { Outcome } from '../evaluate.ts'

/** A rule and the times at which it is to be evaluated: ascending, an interval apart. */
export interface Job {
  active: ActiveRule
  times: readonly number[]
}

/** What there was at each of the times of a job. */
export interface Answer {
  outcomes: Outcome[]
  tookMs: number
  /** Whoever was asked is away; it says nothing about the rule. */
  isAway?: boolean
}

/** Finds out for many rules at once, in their order. What it cannot find out is an outcome too. */
export type Engine = (jobs: readonly Job[], signal: AbortSignal) => Promise<Answer[]>

/** Codes of failures that pass by themselves. */
const awayCodes = new Set(['UPSTREAM_UNAVAILABLE', 'QUERY_TIMEOUT', 'RATE_LIMITED', 'SHUTTING_DOWN'])

export const isAway = (code: string): boolean => awayCodes.has(code)

export const failedAnswer = ({ times }: Job, message: string, tookMs: number): Answer => ({
  outcomes: times.map(() => ({ kind: 'failed', message })),
  tookMs,
})
