import * as z from 'zod'

export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Write a time as 22:00')

/** A span of some days of the week. One that ends before it begins goes past midnight and belongs to the day it begins on. */
export const TimeWindow = z.strictObject({
  /** IANA name: `Europe/Berlin`. */
  time_zone: z.string().min(1).max(64).default('UTC').refine(isTimeZone, 'Write a time zone as Europe/Berlin or UTC'),
  weekdays: z
    .array(z.enum(weekdays))
    .min(1)
    .max(7)
    .default([...weekdays]),
  from: clock,
  /** The first minute that no longer belongs to it; the same as `from` for a whole day. */
  to: clock,
})
export type TimeWindow = z.output<typeof TimeWindow>

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
