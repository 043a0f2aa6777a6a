import { plainDecimal } from './value.ts'

/** Digits behind the point to which a quotient is computed. */
const quotientDigits = 16

/** Computes with two numbers as they are written, not as they are stored: 0.1 + 0.2 is 0.3. */
export function decimally(op: '+' | '-' | '*' | '/', a: number, b: number): number {
  if (!Number.isFinite(a) || !Number.isFinite(b) || (op === '/' && b === 0)) return plainly(op, a, b)
  const [left, right] = [digitsOf(a), digitsOf(b)]
  if (op === '*') return numberOf(left.digits * right.digits, left.scale + right.scale)
  if (op === '/') return quotient(left, right)
  const scale = Math.max(left.scale, right.scale)
  const [x, y] = [left, right].map(({ digits, scale: own }) => digits * 10n ** BigInt(scale - own)) as [bigint, bigint]
  return numberOf(op === '+' ? x + y : x - y, scale)
}

interface Decimal {
  digits: bigint
  /** Of which so many stand behind the point. */
  scale: number
}

function digitsOf(value: number): Decimal {
  const [whole, fraction = ''] = plainDecimal(value).split('.')
  return { digits: BigInt(whole! + fraction), scale: fraction.length }
}

function quotient(a: Decimal, b: Decimal): number {
  const shift = quotientDigits + 1 + b.scale - a.scale
  const [x, y] = shift >= 0 ? [a.digits * 10n ** BigInt(shift), b.digits] : [a.digits, b.digits * 10n ** BigInt(-shift)]
  const truncated = x / y
  const half = truncated < 0n ? -5n : 5n
  return numberOf((truncated + half) / 10n, quotientDigits)
}

const numberOf = (digits: bigint, scale: number): number => Number(`${digits}e-${scale}`)

function plainly(op: '+' | '-' | '*' | '/', a: number, b: number): number {
  if (op === '+') return a + b
  if (op === '-') return a - b
  return op === '*' ? a * b : a / b
}
