import { AppError } from '#kernel/errors.ts'
import type { MetricMetadata, MetricType } from '../metrics.ts'

/** One line of an exposition. */
export interface ExposedSample {
  /** The series exactly as it was written, `name{a="b"}`: the same text is the same series. */
  series: string
  value: number
  /** ms since 1970; undefined where the line names no time. */
  timestampMs: number | undefined
}

export interface Exposition {
  samples: ExposedSample[]
  metadata: MetricMetadata[]
}

const types = new Set<string>(['counter', 'gauge', 'histogram', 'summary', 'info', 'stateset', 'gaugehistogram'])

/**
 * Reads Prometheus text (version 0.0.4) or OpenMetrics; which of them `contentType` says. Exemplars are read over.
 * Sources: https://prometheus.io/docs/instrumenting/exposition_formats/ and
 * https://prometheus.io/docs/specs/om/open_metrics_spec/. The libraries there are for this group samples by family and
 * drop times, or read line by line into objects; a scrape of a large server is megabytes every few seconds.
 * @throws AppError MALFORMED_REQUEST naming the line
 */
export function readExposition(text: string, contentType: string | null): Exposition {
  const isOpenMetrics = contentType?.includes('application/openmetrics-text') ?? false
  const samples: ExposedSample[] = []
  const families = new Map<string, MetricMetadata>()
  let lineNumber = 0
  for (let start = 0; start < text.length;) {
    lineNumber++
    let end = text.indexOf('\n', start)
    if (end === -1) end = text.length
    const line = text.slice(start, end).trim()
    start = end + 1
    if (line === '') continue
    if (line.startsWith('#')) readComment(line, families)
    else samples.push(readSample(line, lineNumber, isOpenMetrics))
  }
  return { samples, metadata: [...families.values()] }
}

function readComment(line: string, families: Map<string, MetricMetadata>): void {
  const match = /^#\s+(HELP|TYPE|UNIT)\s+("(?:[^"\\]|\\.)*"|\S+)\s*(.*)$/.exec(line)
  if (!match) return
  const [, keyword, quoted, rest] = match
  const metric = quoted!.startsWith('"') ? unescape(quoted!.slice(1, -1)) : quoted!
  let family = families.get(metric)
  if (!family) families.set(metric, (family = { metric, type: 'unknown', help: '', unit: '' }))
  if (keyword === 'HELP') family.help = unescape(rest!)
  else if (keyword === 'UNIT') family.unit = rest!
  else family.type = types.has(rest!) ? (rest as MetricType) : 'unknown'
}

const unescape = (text: string): string =>
  text.includes('\\') ? text.replace(/\\([\\n"])/g, (_, letter: string) => (letter === 'n' ? '\n' : letter)) : text

function readSample(line: string, lineNumber: number, isOpenMetrics: boolean): ExposedSample {
  const seriesEnd = endOfSeries(line)
  if (seriesEnd <= 0) throw malformed(lineNumber, line)
  // What follows in OpenMetrics after a hash is an exemplar.
  const exemplar = line.indexOf(' # ', seriesEnd)
  const [valueText, timeText, ...others] = line
    .slice(seriesEnd, exemplar === -1 ? undefined : exemplar)
    .trim()
    .split(/\s+/)
  const value = readNumber(valueText ?? '')
  if (value === undefined || others.length > 0) throw malformed(lineNumber, line)
  const time = timeText === undefined ? undefined : Number(timeText)
  if (Number.isNaN(time)) throw malformed(lineNumber, line)
  return {
    series: line.slice(0, seriesEnd).trimEnd(),
    value,
    timestampMs: time === undefined ? undefined : Math.round(isOpenMetrics ? time * 1_000 : time),
  }
}

const malformed = (lineNumber: number, line: string): AppError =>
  new AppError('MALFORMED_REQUEST', `Line ${lineNumber} is no sample: ${JSON.stringify(line.slice(0, 120))}`, {
    line: lineNumber,
  })

const quote = 34
const backslash = 92

/** Position after `name{…}`; braces and blanks may stand in label values. */
function endOfSeries(line: string): number {
  let inBraces = false
  let inQuotes = false
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at)
    if (inQuotes) {
      if (code === backslash) at++
      else if (code === quote) inQuotes = false
    } else if (code === quote) inQuotes = true
    else if (code === 123) inBraces = true
    else if (code === 125) return at + 1
    else if (!inBraces && (code === 32 || code === 9)) return line.charCodeAt(at + 1) === 123 ? -1 : at
  }
  return -1
}

/** As Go reads numbers, as far as expositions use it. */
function readNumber(text: string): number | undefined {
  const value = Number(text)
  if (!Number.isNaN(value) && text !== '') return value
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text)
  if (!special) return undefined
  if (special[2]!.toLowerCase() === 'nan') return Number.NaN
  return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}

const labelPattern = /\s*(?:"((?:[^"\\]|\\.)*)"|([a-zA-Z_:][\w:]*))\s*(?:=\s*"((?:[^"\\]|\\.)*)")?\s*(,|$)/y

/** Labels of a series as it was written; `__name__` is its name. @throws AppError MALFORMED_REQUEST */
export function readSeries(series: string): Record<string, string> {
  const brace = series.indexOf('{')
  const name = (brace === -1 ? series : series.slice(0, brace)).trim()
  const labels: Record<string, string> = name === '' ? {} : { __name__: name }
  if (brace === -1) return labels
  const inside = series.slice(brace + 1, -1).trim()
  for (labelPattern.lastIndex = 0; labelPattern.lastIndex < inside.length;) {
    const match = labelPattern.exec(inside)
    if (!match) throw new AppError('MALFORMED_REQUEST', `No labels: ${JSON.stringify(series.slice(0, 120))}`)
    const [, quoted, plain, value] = match
    const label = quoted === undefined ? plain! : unescape(quoted)
    // A name with other than plain letters stands in quotes among the labels.
    if (value === undefined) labels['__name__'] = label
    else labels[label] = unescape(value)
  }
  return labels
}
