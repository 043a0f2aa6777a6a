/** The moments at which an expression is evaluated, ms since 1970. */
export interface Grid {
  fromMs: number
  stepMs: number
  count: number
}

export const lastOf = ({ fromMs, stepMs, count }: Grid): number => fromMs + (count - 1) * stepMs

export const oneMoment = (atMs: number): Grid => ({ fromMs: atMs, stepMs: 1, count: 1 })

export const stepsBetween = (fromMs: number, toMs: number, stepMs: number): number =>
  Math.max(0, Math.floor((toMs - fromMs) / stepMs) + 1)

export const timesOf = ({ fromMs, stepMs, count }: Grid): Float64Array =>
  Float64Array.from({ length: count }, (_, step) => fromMs + step * stepMs)
