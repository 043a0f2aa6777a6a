import { formatClock, formatDay } from '#console/format.ts'
import { shownTimeZone } from '#console/timeZone.ts'

const rememberedMax = 600

let zone = shownTimeZone()
const clocks = new Map<number, string>()

/** `10:30:45.123`; the second is remembered, because many lines share it. */
export function formatLineTime(timestamp: string): string {
  if (zone !== shownTimeZone() || clocks.size > rememberedMax) clocks.clear()
  zone = shownTimeZone()
  const second = Math.floor(Date.parse(timestamp) / 1_000)
  const clock = clocks.get(second) ?? formatClock(second * 1_000)
  clocks.set(second, clock)
  return `${clock}.${timestamp.slice(20, 23)}`
}

/** `22 Nov` */
export const formatLineDay = (timestamp: string): string => formatDay(timestamp).split(' ').slice(0, 2).join(' ')
