import { formatClock, formatDay, formatMinutes } from '../format.ts'

const minuteSeconds = 60
const daySeconds = 86_400

/** Labels for ticks in Unix seconds: 24 hours, and the day where a new one begins. */
export function axisFormat(ticks: number[]): string[] {
  const step = (ticks[1] ?? 0) - (ticks[0] ?? 0)
  return ticks.map((seconds, index) => {
    const at = seconds * 1_000
    if (step >= daySeconds) return shortDay(at)
    const previous = ticks[index - 1]
    const isNewDay =
      previous === undefined ? formatMinutes(at) === '00:00' : formatDay(previous * 1_000) !== formatDay(at)
    if (isNewDay) return shortDay(at)
    return step < minuteSeconds ? formatClock(at) : formatMinutes(at)
  })
}

/** `22 Nov` */
const shortDay = (at: number): string => formatDay(at).split(' ').slice(0, 2).join(' ')
