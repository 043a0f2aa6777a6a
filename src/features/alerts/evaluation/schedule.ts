import { hash } from 'node:crypto'
import { minuteMs, secondMs } from '#kernel/time.ts'

/** When a rule is evaluated: at `offsetMs` and every `intervalMs` from there, counted from 1970. */
export interface Timing {
  intervalMs: number
  offsetMs: number
}

/** So far back evaluations that were missed are made up for. */
const missedMsMax = 15 * minuteMs
const missedMax = 40

/** Rules are spread over their interval, each always at the same seconds. */
export function timingOf(ruleId: string, intervalMs: number): Timing {
  const seconds = Math.max(1, Math.floor(intervalMs / secondMs))
  return { intervalMs, offsetMs: (Number.parseInt(hash('sha256', ruleId, 'hex').slice(0, 8), 16) % seconds) * secondMs }
}

export const latestDue = (now: number, { intervalMs, offsetMs }: Timing): number =>
  Math.floor((now - offsetMs) / intervalMs) * intervalMs + offsetMs

/** The first time after `at`. */
export const nextDue = (at: number, timing: Timing): number => latestDue(at, timing) + timing.intervalMs

/** Times after `evaluatedAt` at which the rule was to be evaluated up to now, in order, and how many are left out. */
export function dueTimes(evaluatedAt: number, now: number, timing: Timing): { times: number[]; missed: number } {
  const latest = latestDue(now, timing)
  const first = nextDue(evaluatedAt, timing)
  if (first > latest) return { times: [], missed: 0 }
  const all = (latest - first) / timing.intervalMs + 1
  const reach = Math.max(1, Math.min(missedMax, Math.floor(missedMsMax / timing.intervalMs)))
  const count = Math.min(all, reach)
  const times = Array.from({ length: count }, (_, index) => latest - (count - 1 - index) * timing.intervalMs)
  return { times, missed: all - count }
}
