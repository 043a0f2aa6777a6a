import { calendarFunctions } from './calendar.ts'
import { goMax, goMin } from './goMath.ts'

/** A new value from the old one and the scalars given beside the vector. */
export type OneValue = (value: number, ...scalars: number[]) => number

const roundedTo = (value: number, nearest: number): number => {
  const inverse = 1 / nearest
  return Math.floor(value * inverse + 0.5) / inverse
}

/** The functions that change each value by itself and take the metric's name away. */
export const mathFunctions: ReadonlyMap<string, OneValue> = new Map<string, OneValue>([
  ['abs', Math.abs],
  ['acos', Math.acos],
  ['acosh', Math.acosh],
  ['asin', Math.asin],
  ['asinh', Math.asinh],
  ['atan', Math.atan],
  ['atanh', Math.atanh],
  ['ceil', Math.ceil],
  ['clamp', (value, min, max) => goMax(min!, goMin(max!, value))],
  ['clamp_max', (value, max) => goMin(max!, value)],
  ['clamp_min', (value, min) => goMax(min!, value)],
  ['cos', Math.cos],
  ['cosh', Math.cosh],
  ['deg', (value) => (value * 180) / Math.PI],
  ['exp', Math.exp],
  ['floor', Math.floor],
  ['ln', Math.log],
  ['log10', Math.log10],
  ['log2', Math.log2],
  ['rad', (value) => (value * Math.PI) / 180],
  ['round', (value, nearest = 1) => roundedTo(value, nearest)],
  ['sgn', (value) => (value < 0 ? -1 : value > 0 ? 1 : value)],
  ['sin', Math.sin],
  ['sinh', Math.sinh],
  ['sqrt', Math.sqrt],
  ['tan', Math.tan],
  ['tanh', Math.tanh],
  ...calendarFunctions,
])
