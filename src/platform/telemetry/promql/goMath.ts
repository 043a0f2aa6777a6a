// Arithmetic where Go and JavaScript differ: at the edges.

export const goMax = (a: number, b: number): number => (a === Infinity || b === Infinity ? Infinity : Math.max(a, b))

export const goMin = (a: number, b: number): number => (a === -Infinity || b === -Infinity ? -Infinity : Math.min(a, b))

export function goPow(base: number, exponent: number): number {
  if (base === 1) return 1
  if (base === -1 && !Number.isFinite(exponent) && !Number.isNaN(exponent)) return 1
  return base ** exponent
}

/** All digits, never an exponent: `0.000001`, `+Inf`. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
  const text = Object.is(value, -0) ? '-0' : String(value)
  const [mantissa, exponent] = text.split('e')
  return exponent === undefined ? text : shifted(mantissa!, Number(exponent))
}

function shifted(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith('-') ? '-' : ''
  const [whole, fraction = ''] = mantissa.slice(sign.length).split('.')
  const digits = whole! + fraction
  const point = whole!.length + exponent
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return `${sign}${digits.padEnd(point, '0')}`
}

const infinity = /^([+-]?)inf(inity)?$/i
const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i

/** The number that a label holds, as `le` does; undefined where it holds none. */
export function parseNumber(text: string): number | undefined {
  const sign = infinity.exec(text)?.[1]
  if (sign !== undefined) return sign === '-' ? -Infinity : Infinity
  if (text.toLowerCase() === 'nan') return NaN
  const value = decimal.test(text) ? Number(text) : undefined
  return value !== undefined && Number.isFinite(value) ? value : undefined
}

/** A sum that keeps what each addition loses (Neumaier). */
export class ExactSum {
  sum = 0
  lost = 0

  add(value: number): void {
    const total = this.sum + value
    this.lost += Math.abs(this.sum) >= Math.abs(value) ? this.sum - total + value : value - total + this.sum
    this.sum = total
  }

  get value(): number {
    return this.sum + this.lost
  }
}

/**
 * By linear interpolation between the two values nearest to it. The values ascend from `from` on; before them come
 * `nans` values that are none, which Prometheus sorts to the front.
 */
export function quantileOf(quantile: number, sorted: Float64Array, from: number, to: number, nans: number): number {
  const count = to - from + nans
  if (count === 0 || Number.isNaN(quantile)) return NaN
  if (quantile < 0) return -Infinity
  if (quantile > 1) return Infinity
  const rank = quantile * (count - 1)
  const lower = Math.max(0, Math.floor(rank))
  const upper = Math.min(count - 1, lower + 1)
  const weight = rank - Math.floor(rank)
  const at = (index: number): number => (index < nans ? NaN : sorted[from + index - nans]!)
  return at(lower) * (1 - weight) + at(upper) * weight
}
