import type uPlot from 'uplot'
import type { TokenReader } from './plotMarks.ts'
import { lineColour, type DrawnLine, type Values } from './timeLines.ts'

/** A line that was more than its values between its times. */
type Band = DrawnLine & { lows: Values; highs: Values }

/** Of the lines that have one. */
export const bandsOf = (drawn: readonly DrawnLine[]): Band[] =>
  drawn.flatMap(({ line, order }) =>
    line.lows && line.highs ? [{ line, order, lows: line.lows, highs: line.highs }] : [],
  )

/** The ends of all bands from one index to another; not finite where there is none. */
export function endsOf(bands: readonly Band[], first: number, last: number): { low: number; high: number } {
  let low = Infinity
  let high = -Infinity
  for (const { lows, highs } of bands)
    for (let index = first; index <= last; index += 1) {
      low = Math.min(low, lows[index] ?? low)
      high = Math.max(high, highs[index] ?? high)
    }
  return { low, high }
}

/** Indexes from a first to a last, both inclusive, between which there are no gaps. */
export function runsOf({ lows, highs }: Pick<Band, 'lows' | 'highs'>): [first: number, last: number][] {
  const runs: [number, number][] = []
  let from = -1
  for (let index = 0; index <= lows.length; index += 1) {
    const isThere = typeof lows[index] === 'number' && typeof highs[index] === 'number'
    if (isThere && from < 0) from = index
    if (isThere || from < 0) continue
    runs.push([from, index - 1])
    from = -1
  }
  return runs
}

/** Below the lines: a tint from the least to the most, with an edge so that a lone spike is seen. */
export function drawBands(plot: uPlot, bands: readonly Band[], token: TokenReader): void {
  const { ctx, bbox } = plot
  const times = plot.data[0]
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  ctx.lineWidth = devicePixelRatio
  ctx.lineJoin = 'round'
  for (const { line, order, lows, highs } of bands) {
    const colour = token(lineColour(line, order).slice(4, -1))
    ctx.fillStyle = `${colour}38`
    ctx.strokeStyle = `${colour}80`
    const xOf = (index: number): number => plot.valToPos(times[index]!, 'x', true)
    const yOf = (value: number): number => plot.valToPos(value, 'y', true)
    ctx.beginPath()
    for (const [first, last] of runsOf({ lows, highs })) {
      ctx.moveTo(xOf(first), yOf(highs[first]!))
      for (let index = first + 1; index <= last; index += 1) ctx.lineTo(xOf(index), yOf(highs[index]!))
      for (let index = last; index >= first; index -= 1) ctx.lineTo(xOf(index), yOf(lows[index]!))
      ctx.closePath()
    }
    ctx.fill()
    ctx.stroke()
  }
  ctx.restore()
}
