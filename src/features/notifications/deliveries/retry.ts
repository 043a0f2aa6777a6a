import { dayMs, hourMs, minuteMs, secondMs } from '#kernel/time.ts'

/** Between attempts; 27 hours together. */
const waitsMs = [
  5 * secondMs,
  15 * secondMs,
  minuteMs,
  5 * minuteMs,
  15 * minuteMs,
  hourMs,
  2 * hourMs,
  4 * hourMs,
  8 * hourMs,
  12 * hourMs,
]

/** So that what failed together does not come back together. */
const jitter = 0.2

interface Failed {
  /** Attempts so far. */
  attempts: number
  /** What the other side asked to wait. */
  retryAfterMs: number | undefined
  now: number
  /** From 0 to 1. */
  random: number
}

/** When to try again; null when it was tried often enough. */
export function retryAt({ attempts, retryAfterMs = 0, now, random }: Failed): number | null {
  const waitMs = waitsMs[attempts - 1]
  if (waitMs === undefined) return null
  const spreadMs = waitMs * (1 + jitter * (random - 0.5))
  return Math.round(now + Math.max(spreadMs, Math.min(retryAfterMs, dayMs)))
}
