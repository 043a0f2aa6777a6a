import type { Labels } from '../labels.ts'

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Text as it is, anything else as JSON. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

/** `application/json` of `Application/JSON; charset=utf-8`; empty where nothing was sent. */
export const mediaType = (contentType: string | undefined): string =>
  (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase()

/** Fields as structured metadata; what has no value is left out. */
export function metadataOf(fields: Record<string, unknown>): Labels {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]): [string, string] => [name, textOf(value)])
  return Object.fromEntries(pairs)
}

const isoForm = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,](\d{1,9})\d*)?\s?(Z|z|[+-]\d{2}:?\d{2})?)?$/
const numberForm = /^(\d{1,19})(?:\.(\d{1,9})\d*)?$/

/**
 * A time as programs write it: ISO 8601 (UTC where it names no zone), or since 1970 in s, ms, us or ns, told apart by
 * size. Undefined where it is none. Exact to the nanosecond where it came as text.
 */
export function lineTimeNs(value: unknown): bigint | undefined {
  if (typeof value === 'number')
    return Number.isFinite(value) && value >= 0 ? numberTimeNs(plainNumber(value)) : undefined
  return typeof value === 'string' ? (isoTimeNs(value) ?? numberTimeNs(value)) : undefined
}

const plainNumber = (value: number): string => (Number.isInteger(value) ? BigInt(value).toString() : value.toFixed(9))

function isoTimeNs(text: string): bigint | undefined {
  const found = isoForm.exec(text)
  if (!found) return undefined
  const [, day = '', time = '00:00', fraction = '', zone = 'Z'] = found
  const ms = Date.parse(`${day}T${time}${zone.toUpperCase()}`)
  return Number.isNaN(ms) ? undefined : BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}

/** Up to the year 5138 in seconds, from 1973 on in milliseconds, and so on: the ranges do not overlap. */
function numberTimeNs(text: string): bigint | undefined {
  const found = numberForm.exec(text)
  if (!found) return undefined
  const [, whole = '', fraction = ''] = found
  const digits = whole.replace(/^0+/, '').length
  const decimals = digits <= 11 ? 9 : digits <= 14 ? 6 : digits <= 17 ? 3 : 0
  return BigInt(whole) * 10n ** BigInt(decimals) + BigInt(fraction.slice(0, decimals).padEnd(decimals, '0') || '0')
}
