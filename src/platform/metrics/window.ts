import { minuteMs, secondMs } from '#kernel/time.ts'

/** What a number of operations looked like. */
export interface Figures {
  count: number
  per_second: number
  /** Share that failed, 0 to 1. */
  failed_ratio: number
  /** Null while there was nothing to measure. */
  p50_ms: number | null
  p95_ms: number | null
}

/** Rates and percentiles of the last five minutes, in a fixed amount of memory. */
export interface RollingWindow {
  record(at: number, durationMs: number, failed: boolean): void
  /** Of the `spanMs` (at most five minutes) before `now`. */
  figures(now: number, spanMs: number): Figures
}

const slotMs = 2 * secondMs
const spanMsMax = 5 * minuteMs
const slotCount = spanMsMax / slotMs + 1

/** Buckets grow by 15 % from 0.1 ms to over a minute: a percentile is off by 7 % at most. */
const firstBucketMs = 0.1
const growth = 1.15
const growthLog = Math.log(growth)
const bucketCount = 97

interface Slot {
  /** Number of the slot since 1970; -1 before its first use. */
  index: number
  count: number
  failed: number
  buckets: Uint32Array
}

export function rollingWindow(createdAt: number): RollingWindow {
  const slots: Slot[] = Array.from({ length: slotCount }, () => ({
    index: -1,
    count: 0,
    failed: 0,
    buckets: new Uint32Array(bucketCount),
  }))

  const slotAt = (at: number): Slot => {
    const index = Math.floor(at / slotMs)
    const slot = slots[index % slotCount]!
    if (slot.index !== index) {
      slot.buckets.fill(0)
      Object.assign(slot, { index, count: 0, failed: 0 })
    }
    return slot
  }

  return {
    record: (at, durationMs, failed) => {
      const slot = slotAt(at)
      slot.count++
      if (failed) slot.failed++
      slot.buckets[bucketOf(durationMs)]!++
    },
    figures: (now, spanMs) => {
      const last = Math.floor(now / slotMs)
      const first = Math.floor((now - Math.min(spanMs, spanMsMax)) / slotMs) + 1
      const recent = slots.filter(({ index }) => index >= first && index <= last)
      // The newest slot is not over yet, and right after the start there is less than was asked for.
      const elapsedMs = Math.max(secondMs, now - Math.max(first * slotMs, createdAt))
      return summarize(recent, elapsedMs)
    },
  }
}

const bucketOf = (durationMs: number): number =>
  durationMs <= firstBucketMs
    ? 0
    : Math.min(bucketCount - 1, Math.ceil(Math.log(durationMs / firstBucketMs) / growthLog))

function summarize(slots: readonly Slot[], elapsedMs: number): Figures {
  const buckets = new Float64Array(bucketCount)
  let count = 0
  let failed = 0
  for (const slot of slots) {
    count += slot.count
    failed += slot.failed
    slot.buckets.forEach((value, index) => (buckets[index]! += value))
  }
  return {
    count,
    per_second: count / (elapsedMs / secondMs),
    failed_ratio: count === 0 ? 0 : failed / count,
    p50_ms: percentile(buckets, count, 0.5),
    p95_ms: percentile(buckets, count, 0.95),
  }
}

function percentile(buckets: Float64Array, count: number, share: number): number | null {
  if (count === 0) return null
  let below = 0
  for (const [index, inBucket] of buckets.entries()) {
    if (below + inBucket >= share * count) {
      const upper = firstBucketMs * growth ** index
      const lower = index === 0 ? 0 : upper / growth
      return lower + (upper - lower) * ((share * count - below) / inBucket)
    }
    below += inBucket
  }
  return null
}
