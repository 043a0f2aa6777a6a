import { formatDayAndMinutes, formatMinutes } from '#console/format.ts'

const utcDay = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short' })
const utcMonth = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', month: 'short', year: 'numeric' })

export type Granularity = 'hour' | 'day' | 'week' | 'month'

/** Days, weeks and months are counted in UTC, so they are named in UTC too. */
export function periodName(granularity: Granularity, start: string): string {
  if (granularity === 'hour') return formatDayAndMinutes(start)
  if (granularity === 'month') return utcMonth.format(new Date(start))
  return granularity === 'week' ? `week of ${utcDay.format(new Date(start))}` : utcDay.format(new Date(start))
}

const ticksMax = 8

/** A few of many bars are named below the axis, none so near its end that the name would stand out. */
export function tickOf(granularity: Granularity, start: string, index: number, count: number): string {
  const every = Math.ceil(count / ticksMax)
  const half = Math.floor(every / 2)
  if (index % every !== half || index >= count - half) return ''
  return granularity === 'hour' ? formatMinutes(start) : periodName(granularity, start).replace('week of ', '')
}
