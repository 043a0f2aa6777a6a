import type uPlot from 'uplot'
import type { Annotation, Threshold } from './Chart.tsx'

export type TokenReader = (name: string) => string

/** Colours as the theme has them now; a canvas does not follow when it changes. */
export function tokenReader(): TokenReader {
  const styles = getComputedStyle(document.documentElement)
  return (name) => styles.getPropertyValue(name).trim()
}

/** A value between two gaps makes no line; it is drawn as a point. */
export const loneIndexes: uPlot.Series.Points.Filter = (plot, seriesIndex) => {
  const values = plot.data[seriesIndex] ?? []
  const isThere = (index: number): boolean => typeof values[index] === 'number'
  const lone: number[] = []
  for (let index = 0; index < values.length; index += 1) {
    if (isThere(index) && !isThere(index - 1) && !isThere(index + 1)) lone.push(index)
  }
  return lone
}

/** Thresholds as dashed lines with a tint beyond them, annotations as dotted lines with their word. */
export function drawMarks(
  plot: uPlot,
  thresholds: readonly Threshold[],
  annotations: readonly Annotation[],
  token: TokenReader,
  font: string,
): void {
  const { ctx, bbox } = plot
  const scale = devicePixelRatio
  ctx.save()
  ctx.font = font.replace('11px', `${11 * scale}px`)
  ctx.lineWidth = scale
  for (const threshold of thresholds) drawThreshold(plot, threshold, token)
  let freeFromX = bbox.left
  for (const { at, label, level = 'info' } of annotations.toSorted((a, b) => a.at - b.at)) {
    const x = plot.valToPos(at / 1_000, 'x', true)
    if (x < bbox.left || x > bbox.left + bbox.width) continue
    const colour = token(`--${level}`)
    line(ctx, colour, [2 * scale, 3 * scale], x, bbox.top, x, bbox.top + bbox.height)
    const widthPx = ctx.measureText(label).width + 8 * scale
    // Words that would lie on each other are left out; the line tells that there is something.
    if (x < freeFromX) continue
    freeFromX = x + widthPx
    const isAtEnd = x + widthPx > bbox.left + bbox.width
    ctx.textAlign = isAtEnd ? 'right' : 'left'
    ctx.fillStyle = colour
    ctx.fillText(label, x + (isAtEnd ? -4 : 4) * scale, bbox.top + 10 * scale)
  }
  ctx.restore()
}

/** What lasts as a tint below the lines, with an edge of its full colour at the top. */
export function drawSpans(plot: uPlot, annotations: readonly Annotation[], token: TokenReader): void {
  const { ctx, bbox } = plot
  const end = bbox.left + bbox.width
  const { min = 0, max = 0 } = plot.scales['x']!
  const xOf = (ms: number): number => Math.min(Math.max(plot.valToPos(ms / 1_000, 'x', true), bbox.left), end)
  ctx.save()
  for (const { at, to, level = 'info' } of annotations) {
    if (to === undefined || to < min * 1_000 || at > max * 1_000) continue
    const [from, width] = [xOf(at), Math.max(devicePixelRatio, xOf(to) - xOf(at))]
    const colour = token(`--${level}`)
    ctx.fillStyle = `${colour}1a`
    ctx.fillRect(from, bbox.top, width, bbox.height)
    ctx.fillStyle = colour
    ctx.fillRect(from, bbox.top, width, 2 * devicePixelRatio)
  }
  ctx.restore()
}

function drawThreshold(plot: uPlot, { value, label, level = 'error' }: Threshold, token: TokenReader): void {
  const { ctx, bbox } = plot
  const scale = devicePixelRatio
  const y = plot.valToPos(value, 'y', true)
  if (y < bbox.top || y > bbox.top + bbox.height) return
  const colour = token(`--${level}`)
  ctx.fillStyle = `${colour}0f`
  ctx.fillRect(bbox.left, bbox.top, bbox.width, Math.max(0, y - bbox.top))
  line(ctx, colour, [6 * scale, 4 * scale], bbox.left, y, bbox.left + bbox.width, y)
  ctx.textAlign = 'right'
  // Readable over the lines that cross it.
  ctx.strokeStyle = token('--surface')
  ctx.lineWidth = 4 * scale
  ctx.setLineDash([])
  ctx.strokeText(label, bbox.left + bbox.width - 4 * scale, y - 5 * scale)
  ctx.lineWidth = scale
  ctx.fillStyle = colour
  ctx.fillText(label, bbox.left + bbox.width - 4 * scale, y - 5 * scale)
}

function line(
  ctx: CanvasRenderingContext2D,
  colour: string,
  dash: number[],
  x1: number,
  y1: number,
  x2: number,
  y2: number,
): void {
  ctx.strokeStyle = colour
  ctx.setLineDash(dash)
  ctx.beginPath()
  ctx.moveTo(x1, y1)
  ctx.lineTo(x2, y2)
  ctx.stroke()
}
