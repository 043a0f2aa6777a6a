import type { Unit } from '#console/ui/unit.ts'
import type { Level, Panel, PanelType, Variable } from './queries.ts'

export const panelTypes: Record<PanelType, string> = {
  timeseries: 'Time series',
  stat: 'Stat',
  gauge: 'Gauge',
  bar: 'Bars',
  table: 'Table',
  logs: 'Logs',
  status: 'Status grid',
  text: 'Text',
}

export const unitNames: Record<Panel['unit'], string> = {
  number: 'Number',
  per_second: 'Per second',
  seconds: 'Seconds',
  milliseconds: 'Milliseconds',
  bytes: 'Bytes',
  bytes_per_second: 'Bytes per second',
  ratio: 'Share, 0 to 1',
  percent: 'Percent, 0 to 100',
}

/** As charts call them. */
export const chartUnits: Record<Panel['unit'], Unit> = {
  number: 'count',
  per_second: 'per_second',
  seconds: 'seconds',
  milliseconds: 'ms',
  bytes: 'bytes',
  bytes_per_second: 'bytes_per_second',
  ratio: 'ratio',
  percent: 'percent',
}

export const reducerNames: Record<Panel['reduce'], string> = {
  last: 'Last',
  min: 'Lowest',
  max: 'Highest',
  mean: 'Mean',
  sum: 'Sum',
}

export const levelWords: Record<Level, string> = {
  ok: 'OK',
  info: 'Info',
  warn: 'Warning',
  error: 'Error',
  critical: 'Critical',
  unknown: 'Unknown',
}

export const variableTypes: Record<Variable['type'], string> = {
  query: 'Values of a label',
  custom: 'List',
  text: 'Text',
  interval: 'Interval',
}

/** As the list of a Select wants it. */
export const optionsFrom = <K extends string>(names: Record<K, string>): { value: K; label: string }[] =>
  (Object.keys(names) as K[]).map((value) => ({ value, label: names[value] }))
