import { invalid } from '#kernel/errors.ts'
import { valueTest, type MatchOperator } from '#platform/telemetry/labels.ts'

/** As Alertmanager writes silences. */
export interface WireMatcher {
  name: string
  value: string
  isRegex: boolean
  isEqual: boolean
}

export interface FilterMatcher {
  name: string
  op: MatchOperator
  value: string
}

export const toWire = ({ name, op, value }: FilterMatcher): WireMatcher => ({
  name,
  value,
  isRegex: op.endsWith('~'),
  isEqual: !op.startsWith('!'),
})

export const fromWire = ({ name, value, isRegex, isEqual }: WireMatcher): FilterMatcher => ({
  name,
  op: isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!=',
  value,
})

const written = /^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|[^"]*?)\s*$/s

/**
 * Reads `severity=~"error|critical"`, with or without quotes, one or several between braces.
 * https://prometheus.io/docs/alerting/latest/configuration/#matcher
 * @throws AppError VALIDATION_FAILED
 */
export function parseFilters(texts: readonly string[]): FilterMatcher[] {
  return texts.flatMap((text) => split(text.trim().replace(/^\{(.*)\}$/s, '$1')).map(parseFilter))
}

function parseFilter(text: string): FilterMatcher {
  const [, name, op, value] = written.exec(text) ?? []
  if (name === undefined || op === undefined || value === undefined)
    throw invalid('filter', `bad matcher format: ${text.slice(0, 100)}`)
  const matcher = { name, op: op as MatchOperator, value: value.startsWith('"') ? unquoted(value, text) : value }
  valueTest(matcher)
  return matcher
}

function unquoted(value: string, text: string): string {
  // Go's escapes that JSON has no word for do not occur in what programs send.
  if (!/^"(?:[^"\\\n]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"$/.test(value))
    throw invalid('filter', `bad matcher format: ${text.slice(0, 100)}`)
  return JSON.parse(value.replaceAll(/\p{Cc}/gu, ' ')) as string
}

/** At the commas outside of quotes. */
const split = (text: string): string[] =>
  (text.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/gs) ?? []).filter((part) => part.trim() !== '')
