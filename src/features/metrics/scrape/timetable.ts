/** The moments at which one target is looked at, in milliseconds since 1970: one in each interval, always at the same phase. */
export interface Timetable {
  /** The next moment; never the same one twice, though a timer may fire a little before it. */
  next(nowMs: number): number
  /** The time of what is read now: later than that of the look before, unless the clock was set back by more than an interval. */
  lookedAt(nowMs: number): number
}

/**
 * The phase hangs on the target's key, so that targets do not all come at once, and stays over a restart, so that steps
 * between samples stay even. Two looks with one time would lose the second one's samples, and the marks with which a
 * target that is down ends its series.
 */
export function createTimetable(key: string, intervalMs: number): Timetable {
  const phaseMs = hashOf(key) % intervalMs
  let dueMs = Number.NEGATIVE_INFINITY
  return {
    next: (nowMs) => {
      const tickMs = nowMs + intervalMs - ((nowMs - phaseMs) % intervalMs)
      dueMs = tickMs === dueMs ? tickMs + intervalMs : tickMs
      return dueMs
    },
    lookedAt: (nowMs) => (dueMs - nowMs > intervalMs ? nowMs : Math.max(nowMs, dueMs)),
  }
}

const hashOf = (text: string): number => [...text].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) >>> 0, 7)
