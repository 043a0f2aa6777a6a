/** Prometheus' words for the units of UCUM that OpenTelemetry uses. */
const units: Record<string, string> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  TiBy: 'tibibytes',
  KBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  TBy: 'terabytes',
  m: 'meters',
  V: 'volts',
  A: 'amperes',
  J: 'joules',
  W: 'watts',
  g: 'grams',
  Cel: 'celsius',
  Hz: 'hertz',
  '1': '',
  '%': 'percent',
}

const perUnits: Record<string, string> = {
  s: 'second',
  m: 'minute',
  min: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
  y: 'year',
}

const wordOf = (words: Record<string, string>, unit: string): string =>
  Object.hasOwn(words, unit) ? words[unit]! : unit

const nameParts = (text: string): string[] => text.split(/[^A-Za-z0-9:]+/).filter((part) => part !== '')

/**
 * Prometheus' name of a metric: what is not a letter, digit or colon becomes `_`; the unit is appended, `_total` for
 * counters and `_ratio` for gauges of the unit 1, unless the name has it already.
 */
export function metricNameOf(name: string, unit: string, kind: 'counter' | 'gauge' | 'other'): string {
  const parts = nameParts(name)
  const [main = '', per = ''] = unit.split('/', 2).map((text) => text.trim())
  const has = (word: string): boolean => parts.includes(word)
  if (!main.includes('{')) for (const word of nameParts(wordOf(units, main))) if (!has(word)) parts.push(word)
  if (per !== '' && !per.includes('{')) {
    const words = nameParts(wordOf(perUnits, per))
    if (words.some((word) => !has(word))) parts.push('per', ...words)
  }
  if (kind === 'counter') moveToEnd(parts, 'total')
  if (kind === 'gauge' && unit === '1') moveToEnd(parts, 'ratio')
  const text = parts.join('_')
  return /^\d/.test(text) ? `_${text}` : text
}

function moveToEnd(parts: string[], word: string): void {
  const at = parts.indexOf(word)
  if (at !== -1) parts.splice(at, 1)
  parts.push(word)
}

/** Prometheus' and Loki's name of an attribute. */
export function labelNameOf(name: string): string {
  const text = name.replaceAll(/[^A-Za-z0-9_]/g, '_')
  if (/^\d/.test(text)) return `key_${text}`
  return text.startsWith('_') && !text.startsWith('__') ? `key${text}` : text
}

/** A bound of a histogram or a quantile as Go's `FormatFloat(x, 'f', -1, 64)` writes it: shortest, without exponent. */
export function numberText(value: number): string {
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  const text = String(value)
  const found = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (!found) return text
  const [, sign = '', first = '', rest = '', exponent = '0'] = found
  const digits = first + rest
  const point = Number(exponent) + 1
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return sign + digits.padEnd(point, '0')
}
