import type { Param } from '#console/search.ts'
import type { Variable } from './queries.ts'

/** Stands for every value. */
export const allValues = '$__all'

/** What a variable stands for in a query. */
interface Meaning {
  values: string[]
  /** Written as a regular expression: it may be several values. */
  isPattern: boolean
}

export type Scope = ReadonlyMap<string, Meaning>

/** `a,b` in the address; a comma in a value is written `\,`. */
export const chosenParam: Param<string[]> = {
  read: (raw) => (raw ? raw.split(/(?<!\\),/).map((value) => value.replaceAll('\\,', ',')) : []),
  write: (values) => (values.length > 0 ? values.map((value) => value.replaceAll(',', '\\,')).join(',') : undefined),
}

/** Name of a variable in the address. */
export const paramOf = (name: string): string => `var-${name}`

/** What counts while nobody has chosen: what the dashboard says, else "All" where there is one, else the first. */
export function valuesOf(variable: Variable, chosen: readonly string[], options: readonly string[]): string[] {
  if (chosen.length > 0) return [...chosen]
  if (variable.value.length > 0) return variable.value
  if ('include_all' in variable && variable.include_all) return [allValues]
  return options.slice(0, 1)
}

export const isPattern = (variable: Variable): boolean =>
  'multi' in variable && (variable.multi || variable.include_all)

export interface Grid {
  fromMs: number
  toMs: number
  stepMs: number
}

/** Below it a rate may find a single sample. */
const rateSecondsMin = 60
const scrapeSeconds = 15

/** `$__interval` and its kin: what every query may say of the time it is asked about. */
export function timeWords({ fromMs, toMs, stepMs }: Grid): Record<string, string> {
  const spanSeconds = Math.max(1, Math.round((toMs - fromMs) / 1_000))
  return {
    __interval: `${stepMs}ms`,
    __interval_ms: String(stepMs),
    __rate_interval: `${Math.max(rateSecondsMin, Math.ceil(stepMs / 1_000) + scrapeSeconds)}s`,
    __range: `${spanSeconds}s`,
    __range_s: String(spanSeconds),
    __range_ms: String(spanSeconds * 1_000),
    __from: String(fromMs),
    __to: String(toMs),
  }
}

/** `$name`, `${name}`, `${name:raw}`, `${name:regex}`, `${name:csv}`. What is no variable stays as it is. */
export function interpolate(text: string, scope: Scope, words: Record<string, string> = {}): string {
  return text.replace(
    /\$(?:\{(\w+)(?::(\w+))?\}|(\w+))/g,
    (written, braced: string | undefined, format: string | undefined, bare: string | undefined) => {
      const name = braced ?? bare ?? ''
      if (Object.hasOwn(words, name)) return words[name]!
      const meaning = scope.get(name)
      return meaning ? writtenAs(meaning, format) : written
    },
  )
}

function writtenAs({ values, isPattern: pattern }: Meaning, format: string | undefined): string {
  if (format === 'raw' || format === 'csv') return values.map((value) => (value === allValues ? '' : value)).join(',')
  if (values.includes(allValues)) return '.*'
  if (!pattern && format !== 'regex') return (values[0] ?? '').replace(/[\\"]/g, '\\$&')
  const escaped = values.map(escapePattern)
  return escaped.length === 1 ? escaped[0]! : `(${escaped.join('|')})`
}

/** A regular expression inside a quoted text, so that each backslash stands twice. */
const escapePattern = (value: string): string =>
  value.replace(/[\\^$.*+?()[\]{}|]/g, (sign) => `\\\\${sign === '\\' ? '\\\\' : sign}`).replaceAll('"', '\\"')

/** What queries may say besides the dashboard's own variables; the others are for imported ones. */
export const builtinNames = ['__rate_interval', '__interval', '__range']

/** `label_values(metric, label)` taken apart as far as it is written; the text of another kind is all `match`. */
export function labelQueryParts(query: string): { match: string; label: string } {
  const parts = /^\s*label_values\((?:(.*),)?\s*([^,()]*)\)\s*$/s.exec(query)
  return parts ? { match: parts[1] ?? '', label: parts[2]! } : { match: query, label: '' }
}

export const labelQueryText = (match: string, label: string): string =>
  match.trim() === '' ? `label_values(${label})` : `label_values(${match}, ${label})`

/** What `label_values(metric, label)` asks for. */
export function labelQuery(query: string): { label: string; match: string | undefined } | undefined {
  const parts = /^\s*label_values\(\s*(?:(.+),)?\s*([a-zA-Z_]\w*)\s*\)\s*$/s.exec(query)
  return parts ? { label: parts[2]!, match: parts[1]?.trim() } : undefined
}
