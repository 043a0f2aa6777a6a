/** Ends of a value axis as they are drawn. */
export interface AxisEnds {
  min: number
  max: number
}

/** About as many steps as a plot has pixels in its height. */
const stepsMin = 100
/** Of Shift with an arrow, and of a page. */
const manySteps = 10

/** The round number that is the smallest worth choosing on such an axis: 1, 2 or 5 of some power of ten. */
export function stepOn({ min, max }: AxisEnds): number {
  const exact = (max - min) / stepsMin
  if (!(exact > 0) || !Number.isFinite(exact)) return 1
  const power = 10 ** Math.floor(Math.log10(exact))
  const digit = [1, 2, 5].find((one) => one * power >= exact * (1 - Number.EPSILON * 8)) ?? 10
  return digit * power
}

/** The nearest number that is on a step, without the residue of binary fractions. */
export function onStep(value: number, step: number): number {
  const decimals = Math.min(20, Math.max(0, -Math.floor(Math.log10(step))))
  return Number((Math.round(value / step) * step).toFixed(decimals)) || 0
}

/** Where a key moves a value; undefined for keys that move nothing. Arrows go on beyond the ends of the axis. */
export function keyedTo(key: string, isFast: boolean, value: number, axis: AxisEnds): number | undefined {
  const step = stepOn(axis)
  const arrow = isFast ? manySteps : 1
  const steps: Record<string, number> = {
    ArrowUp: arrow,
    ArrowRight: arrow,
    ArrowDown: -arrow,
    ArrowLeft: -arrow,
    PageUp: manySteps,
    PageDown: -manySteps,
  }
  if (key === 'Home') return onStep(axis.min, step)
  if (key === 'End') return onStep(axis.max, step)
  const many = Object.hasOwn(steps, key) ? steps[key] : undefined
  return many === undefined ? undefined : onStep(value + many * step, step)
}
