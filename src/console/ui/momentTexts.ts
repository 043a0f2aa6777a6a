import { dayMs } from '#kernel/time.ts'
import { formatClock, formatDayAndMinutes } from '../format.ts'
import type { Moment, MomentValue } from './plotMoment.ts'
import { formatUnit, type Unit } from './unit.ts'

/** A time of a chart; with its day where the chart has several. */
export const momentText = (at: number, times: readonly number[]): string =>
  (times.at(-1) ?? 0) - (times[0] ?? 0) > dayMs ? formatDayAndMinutes(at) : formatClock(at)

/** What a line was between two times: `3 – 45`; empty where it was nothing but its values. */
export const betweenText = ({ between }: MomentValue, unit: Unit): string =>
  between ? `${formatUnit(between.low, unit)} – ${formatUnit(between.high, unit)}` : ''

const betweenWords = ({ between }: MomentValue, unit: Unit): string[] =>
  between ? [`between ${formatUnit(between.low, unit)} and ${formatUnit(between.high, unit)}`] : []

/** As it is read out. */
export const spokenMoment = (moment: Moment | undefined, times: readonly number[], unit: Unit): string =>
  moment
    ? [
        momentText(moment.at, times),
        ...moment.values.map((one) =>
          [one.line.label, formatUnit(one.value, unit), ...betweenWords(one, unit)].join(' '),
        ),
        ...moment.marks.map(({ label }) => label),
      ].join(', ')
    : 'No data'

/** As it is copied: the time, then a row for each line and each mark. */
export const copiedMoment = ({ at, values, marks }: Moment, unit: Unit): string =>
  [
    new Date(at).toISOString(),
    ...values.map((one) => [one.line.label, formatUnit(one.value, unit), betweenText(one, unit)].join('\t').trimEnd()),
    ...marks.map(({ label }) => label),
  ].join('\n')
