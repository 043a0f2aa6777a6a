import { dayMs } from '#kernel/time.ts'
import { formatClock, formatDayAndMinutes } from '../format.ts'
import type { Moment } from './plotMoment.ts'
import { formatUnit, type Unit } from './unit.ts'

/** A time of a chart; with its day where the chart has several. */
export const momentText = (at: number, times: readonly number[]): string =>
  (times.at(-1) ?? 0) - (times[0] ?? 0) > dayMs ? formatDayAndMinutes(at) : formatClock(at)

/** As it is read out. */
export const spokenMoment = (moment: Moment | undefined, times: readonly number[], unit: Unit): string =>
  moment
    ? [
        momentText(moment.at, times),
        ...moment.values.map(({ line, value }) => `${line.label} ${formatUnit(value, unit)}`),
        ...moment.marks.map(({ label }) => label),
      ].join(', ')
    : 'No data'

/** As it is copied: the time, then a row for each line and each mark. */
export const copiedMoment = ({ at, values, marks }: Moment, unit: Unit): string =>
  [
    new Date(at).toISOString(),
    ...values.map(({ line, value }) => `${line.label}\t${formatUnit(value, unit)}`),
    ...marks.map(({ label }) => label),
  ].join('\n')
