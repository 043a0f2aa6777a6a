import { durationMs } from '#kernel/duration.ts'
import { parseTime } from '#kernel/time.ts'
import { CommandError } from '../failure.ts'

/** A time as it is written behind `flag`: so long before `now`, or an ISO or Unix time. In ms. */
export function momentOf(flag: string, text: string, now: number): number {
  const ago = durationMs(text)
  const at = ago === undefined ? parseTime(text) : now - ago
  if (at !== undefined && Math.abs(at) < timeMaxMs) return at
  throw new CommandError('usage', `${flag} ${text} is no time`, 'Write 90m, 2d, 2026-01-31T08:00Z or Unix seconds')
}

/** What a date can hold. */
const timeMaxMs = 8.64e15

/** A length of time as it is written behind `flag`. In ms, above 0. */
export function lengthOf(flag: string, text: string): number {
  const ms = durationMs(text)
  if (ms !== undefined && ms > 0) return ms
  throw new CommandError('usage', `${flag} ${text} is no duration`, 'Write it as 30s, 5m or 1h30m')
}
