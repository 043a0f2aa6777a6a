import { spanText } from '#console/spanText.ts'
import type { Channel, Policy, TimeWindow } from './queries.ts'

export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const

const short = (day: string): string => day.charAt(0).toUpperCase() + day.slice(1, 3)

export const weekdayShort = (day: (typeof weekdays)[number]): string => short(day)

/** `22:00–07:00 Europe/Berlin, Mon Tue` */
export function windowText({ from, to, time_zone, weekdays: days }: TimeWindow): string {
  const time = from === to ? 'all day' : `${from}–${to}`
  const all = days.length === weekdays.length
  return `${time} ${time_zone}${
    all
      ? ''
      : `, ${weekdays
          .filter((day) => days.includes(day))
          .map(short)
          .join(' ')}`
  }`
}

/** Names of channels by their ids; one that is gone keeps its id. */
export const namesOf = (ids: readonly string[], channels: readonly Channel[]): string =>
  ids.map((id) => channels.find((channel) => channel.id === id)?.name ?? id).join(', ')

/** `at once Chat; after 10m Mail; again after 4h` */
export function stepsText(
  { steps, repeat_seconds }: Pick<Policy, 'steps' | 'repeat_seconds'>,
  channels: readonly Channel[],
): string {
  const told = steps.map(
    ({ delay_seconds, channels: ids }) =>
      `${delay_seconds === 0 ? 'at once' : `after ${spanText(delay_seconds)}`} ${namesOf(ids, channels)}`,
  )
  return [...told, ...(repeat_seconds === null ? [] : [`again after ${spanText(repeat_seconds)}`])].join('; ')
}
