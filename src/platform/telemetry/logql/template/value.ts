import type { GoTime } from './time.ts'

/** What a template computes with: whole numbers are bigints, others numbers. Objects of JSON are maps. */
export type Value = string | number | bigint | boolean | null | GoTime | Value[] | Map<string, Value>

/** A template that cannot be rendered for a line. */
export class TemplateError extends Error {}

/** As Go prints it. */
export function printed(value: Value): string {
  if (value === null) return '<no value>'
  if (typeof value === 'number') return floatText(value)
  if (Array.isArray(value)) return `[${value.map(printed).join(' ')}]`
  if (value instanceof Map) {
    const fields = [...value].toSorted(([a], [b]) => (a < b ? -1 : 1))
    return `map[${fields.map(([name, field]) => `${name}:${printed(field)}`).join(' ')}]`
  }
  return String(value)
}

/** The fewest digits that tell the number; with an exponent below 1e-4 and from 1e6, as Go's `%v`. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
  const [digits, power] = value.toExponential().split('e')
  const exponent = Number(power)
  if (value === 0 || (exponent >= -4 && exponent < 6)) return plainDecimal(value)
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

/** Without an exponent. */
export function plainDecimal(value: number): string {
  const text = String(value)
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (!parts) return Object.is(value, -0) ? '-0' : text
  const [, sign, first, rest = '', power] = parts
  const exponent = Number(power)
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${first}${rest}`
  return `${sign}${first}${rest.padEnd(exponent, '0')}`
}

export function textOf(value: Value): string {
  return value === null ? '' : printed(value)
}

/** Whole part; 0 for what is no number. */
export function integerOf(value: Value): bigint {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value !== 'string') return 0n
  return /^[+-]?\d+(\.0*)?$/.test(value) && value.length < 25
    ? BigInt(value.replace(/\.0*$/, '').replace(/^\+/, ''))
    : 0n
}

export function floatOf(value: Value): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value !== 'string' || value.trim() === '') return 0
  const number = Number(value)
  return Number.isNaN(number) ? 0 : number
}

export function isTrue(value: Value): boolean {
  if (Array.isArray(value)) return value.length > 0
  if (value instanceof Map) return value.size > 0
  return Boolean(value)
}
