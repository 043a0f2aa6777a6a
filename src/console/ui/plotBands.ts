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

/** The end of a band at one place, canvas px: the top lies above the bottom. */
interface Edge {
  x: number
  top: number
  bottom: number
}

/** How times and values become px: both are linear. */
interface Scaling {
  xOf: (index: number) => number
  yOf: (value: number) => number
}

/** A band in pieces without gaps, one edge for each column of pixels at most. */
export function edgesOf({ lows, highs }: Pick<Band, 'lows' | 'highs'>, { xOf, yOf }: Scaling): Edge[][] {
  const pieces: Edge[][] = []
  let piece: Edge[] | undefined
  for (let index = 0; index < lows.length; index += 1) {
    const [low, high] = [lows[index], highs[index]]
    if (typeof low !== 'number' || typeof high !== 'number') {
      piece = undefined
      continue
    }
    const x = Math.round(xOf(index))
    const [top, bottom] = [yOf(high), yOf(low)]
    const last = piece?.at(-1)
    if (last?.x === x) {
      last.top = Math.min(last.top, top)
      last.bottom = Math.max(last.bottom, bottom)
    } else if (piece) piece.push({ x, top, bottom })
    else pieces.push((piece = [{ x, top, bottom }]))
  }
  return pieces
}

/** Many bands side by side are seen well enough by their tint, and edges take longest to draw. */
const edgedMax = 12

/** Below the lines: a tint from the least to the most, with an edge so that a lone spike is seen. */
export function drawBands(plot: uPlot, bands: readonly Band[], token: TokenReader): void {
  const { ctx, bbox } = plot
  const scaling = scalingOf(plot)
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  ctx.lineWidth = devicePixelRatio
  ctx.lineJoin = 'round'
  for (const band of bands) {
    const colour = token(lineColour(band.line, band.order).slice(4, -1))
    ctx.fillStyle = `${colour}38`
    ctx.strokeStyle = `${colour}80`
    ctx.beginPath()
    for (const edges of edgesOf(band, scaling)) {
      const { x: firstX, top: firstTop, bottom: firstBottom } = edges[0]!
      // What is alone between two gaps would have no width.
      if (edges.length === 1) ctx.rect(firstX, firstTop, 1, Math.max(1, firstBottom - firstTop))
      ctx.moveTo(firstX, firstTop)
      for (const { x, top } of edges) ctx.lineTo(x, top)
      for (const { x, bottom } of edges.toReversed()) ctx.lineTo(x, bottom)
      ctx.closePath()
    }
    ctx.fill()
    if (bands.length <= edgedMax) ctx.stroke()
  }
  ctx.restore()
}

/** Two places tell where all of them are, and asking for each takes longer than drawing. */
function scalingOf(plot: uPlot): Scaling {
  const times = plot.data[0]
  const [x, y] = [linear(plot, 'x'), linear(plot, 'y')]
  return { xOf: (index) => x.at0 + x.per1 * times[index]!, yOf: (value) => y.at0 + y.per1 * value }
}

function linear(plot: uPlot, scale: 'x' | 'y'): { at0: number; per1: number } {
  const { min = 0, max = 1 } = plot.scales[scale]!
  const [from, to] = [plot.valToPos(min, scale, true), plot.valToPos(max, scale, true)]
  const per1 = (to - from) / (max - min)
  return { at0: from - per1 * min, per1 }
}
