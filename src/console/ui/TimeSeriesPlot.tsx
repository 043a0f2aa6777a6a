import { useEffect, useEffectEvent, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { formatClock, formatDayAndMinutes } from '../format.ts'
import { onPreferences } from '../preferences.ts'
import type { Threshold } from './Chart.tsx'
import { drawMarks, loneIndexes, tokenReader } from './plotMarks.ts'
import { ThresholdHandle, type ValueAxis } from './ThresholdHandle.tsx'
import { axisFormat } from './timeAxis.ts'
import { axisRange, lineColour, lineDash, stacked, type DrawnLine, type TimeSeriesProps } from './timeLines.ts'
import { formatTick, formatUnit, tickSteps } from './unit.ts'

export type TimeSeriesPlotProps = Omit<TimeSeriesProps, 'lines'> & { drawn: DrawnLine[]; height: number }

/** Where the cursor is; undefined while it is elsewhere. */
interface Hover {
  index: number
  leftPx: number
  widthPx: number
  /** Moved here, and not by a chart that shares it. */
  own: boolean
}

const tooltipLinesMax = 12
const spokenLinesMax = 5
/** A shorter way of the pointer is a click. */
const dragPxMin = 8
const dayMs = 86_400_000

/** The canvas of a TimeSeries. Its own chunk, because uPlot is only loaded where something is drawn. */
export default function TimeSeriesPlot(props: TimeSeriesPlotProps) {
  const { label, times, drawn, unit, height, fill, from, to, thresholds = [], onThreshold } = props
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const [hover, setHover] = useState<Hover>()
  /** Where what is marked with keys begins, ms: data that comes meanwhile moves the indexes. */
  const [markedAt, setMarkedAt] = useState<number>()
  const [axis, setAxis] = useState<ValueAxis>()
  const isHeld = useRef(false)
  const shownMarks = useRef<readonly Threshold[]>([])
  const data = useMemo(() => {
    const values = drawn.map(({ line }) => line.values)
    return [times.map((at) => at / 1_000), ...(fill === 'stacked' ? stacked(values) : values)] as uPlot.AlignedData
  }, [times, drawn, fill])

  const fromSeconds = (from ?? times[0] ?? 0) / 1_000
  const toSeconds = Math.max((to ?? times.at(-1) ?? 0) / 1_000, fromSeconds + 1)
  const zoom = useEffectEvent((first: number, last: number) =>
    props.onZoom?.(Math.round(first * 1_000), Math.round(last * 1_000)),
  )
  const draw = useEffectEvent((element: HTMLElement) => {
    const hands: Hands = { zoom, setHover, marks: () => shownMarks.current, isHeld: () => isHeld.current }
    if (onThreshold) hands.setAxis = setAxis
    const made = new uPlot(optionsOf(props, element, hands), data, element)
    made.setScale('x', { min: fromSeconds, max: toSeconds })
    return made
  })
  const resize = useEffectEvent((width: number) => plot.current?.setSize({ width, height }))

  const marked = JSON.stringify(thresholds)
  useEffect(() => {
    shownMarks.current = JSON.parse(marked) as Threshold[]
    plot.current?.redraw()
  }, [marked])

  useEffect(() => {
    const element = host.current
    if (!element) return undefined
    const make = (): void => {
      plot.current?.destroy()
      plot.current = draw(element)
    }
    make()
    // Colours are read from the tokens when the plot is made.
    const stopWatching = onPreferences(make)
    const observer = new ResizeObserver(() => resize(element.clientWidth))
    observer.observe(element)
    return () => {
      stopWatching()
      observer.disconnect()
      plot.current?.destroy()
      plot.current = undefined
    }
  }, [])

  useEffect(() => {
    plot.current?.setData(data, false)
    plot.current?.setScale('x', { min: fromSeconds, max: toSeconds })
  }, [data, fromSeconds, toSeconds])

  const hold = (held: boolean): void => {
    isHeld.current = held
    if (!held) plot.current?.redraw()
  }
  const moveTo = (index: number): void => {
    const at = times[Math.min(Math.max(index, 0), times.length - 1)]
    if (!plot.current || at === undefined) return
    // The first moment may lie a little before the axis begins, where there is no cursor.
    plot.current.setCursor({ left: Math.max(0, plot.current.valToPos(at / 1_000, 'x')), top: height / 3 })
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    // Asked of the plot: what it told last may not be rendered yet when keys follow each other quickly.
    const index = plot.current?.cursor.idx ?? times.length - 1
    const at = times[index]
    const next = stepOf(event.key, index, times.length)
    if (next !== undefined) {
      event.preventDefault()
      if (event.shiftKey) setMarkedAt(markedAt ?? at)
      moveTo(next)
      return
    }
    if (event.key === 'Enter' && markedAt !== undefined && at !== undefined && markedAt !== at && props.onZoom) {
      event.preventDefault()
      props.onZoom(Math.min(markedAt, at), Math.max(markedAt, at))
      setMarkedAt(undefined)
    }
    if (event.key === 'Escape' && markedAt !== undefined) {
      event.preventDefault()
      setMarkedAt(undefined)
    }
  }
  useEffect(() => {
    const hoveredAt = hover && times[hover.index]
    if (!plot.current || markedAt === undefined || hoveredAt === undefined) return undefined
    const left = plot.current.valToPos(Math.min(markedAt, hoveredAt) / 1_000, 'x')
    const width = plot.current.valToPos(Math.max(markedAt, hoveredAt) / 1_000, 'x') - left
    plot.current.setSelect({ left, width, top: 0, height: plot.current.over.clientHeight }, false)
    return () => plot.current?.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false)
  }, [markedAt, hover, times])

  const spoken = hover?.index ?? times.length - 1
  return (
    <div className="relative">
      <div
        ref={host}
        role="slider"
        tabIndex={0}
        aria-label={`${label}: moment`}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, times.length - 1)}
        aria-valuenow={Math.max(0, spoken)}
        aria-valuetext={spokenAt({ times, drawn, unit }, spoken)}
        onKeyDown={onKeyDown}
        onBlur={() => setMarkedAt(undefined)}
        className="rounded-sm"
      />
      {axis && onThreshold && thresholds[0] && (
        <ThresholdHandle
          label={`${label}: threshold`}
          value={thresholds[0].value}
          unit={unit}
          axis={axis}
          onMove={onThreshold}
          onHold={hold}
        />
      )}
      {hover?.own && <HoverBox times={times} drawn={drawn} unit={unit} hover={hover} />}
    </div>
  )
}

/** Where a key moves the cursor; undefined for other keys. */
function stepOf(key: string, index: number, count: number): number | undefined {
  const page = Math.max(1, Math.round(count / 10))
  const steps: Record<string, number> = {
    ArrowLeft: index - 1,
    ArrowRight: index + 1,
    PageDown: index - page,
    PageUp: index + page,
    Home: 0,
    End: count - 1,
  }
  return steps[key]
}

type Shown = Pick<TimeSeriesPlotProps, 'times' | 'drawn' | 'unit'>

const momentText = (times: readonly number[], at: number): string =>
  (times.at(-1) ?? 0) - (times[0] ?? 0) > dayMs ? formatDayAndMinutes(at) : formatClock(at)

function spokenAt({ times, drawn, unit }: Shown, index: number): string {
  const at = times[index]
  if (at === undefined) return 'No data'
  const values = highest(drawn, index, spokenLinesMax).map(
    ({ line, value }) => `${line.label} ${formatUnit(value, unit)}`,
  )
  return [momentText(times, at), ...values].join(', ')
}

const highest = (drawn: DrawnLine[], index: number, countMax: number) =>
  drawn
    .map(({ line, order }) => ({ line, order, value: line.values[index] ?? null }))
    .filter(({ value }) => value !== null || drawn.length <= countMax)
    .toSorted((a, b) => (b.value ?? -Infinity) - (a.value ?? -Infinity))
    .slice(0, countMax)

function HoverBox({ times, drawn, unit, hover: { index, leftPx, widthPx } }: Shown & { hover: Hover }) {
  const at = times[index]
  if (at === undefined) return null
  const isRight = leftPx > widthPx / 2
  const lines = highest(drawn, index, tooltipLinesMax)
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none absolute top-1 z-10 max-w-[60%] rounded-md border border-border bg-raised px-2 py-1 text-sm shadow-float"
      style={isRight ? { right: widthPx - leftPx + 12 } : { left: leftPx + 12 }}
    >
      <p className="text-muted tabular-nums">{momentText(times, at)}</p>
      {lines.map(({ line, order, value }) => (
        <p key={line.key} className="flex items-center gap-2 whitespace-nowrap">
          <span className="h-[3px] w-3 shrink-0" style={{ background: lineColour(line, order) }} />
          <span className="min-w-0 flex-1 truncate text-muted">{line.label}</span>
          <span className="pl-3 tabular-nums">{formatUnit(value, unit)}</span>
        </p>
      ))}
      {drawn.length > lines.length && <p className="text-faint">and {drawn.length - lines.length} lower</p>}
    </div>
  )
}

interface Hands {
  zoom: (fromSeconds: number, toSeconds: number) => void
  setHover: (hover: Hover | undefined) => void
  /** The thresholds as they are now: they move without the plot being made anew. */
  marks: () => readonly Threshold[]
  isHeld: () => boolean
  setAxis?: (axis: ValueAxis) => void
}

function optionsOf(props: TimeSeriesPlotProps, element: HTMLElement, hands: Hands): uPlot.Options {
  const { zoom, setHover, marks, isHeld, setAxis } = hands
  const { drawn, unit, height, syncKey, min, max, fill, fromZero, onZoom, annotations = [] } = props
  const token = tokenReader()
  const steps = tickSteps(unit)
  const font = `11px ${getComputedStyle(document.body).fontFamily}`
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    // Room for half the name of a day at the end of the axis.
    padding: [8, 20, 0, 0],
    cursor: {
      drag: { x: onZoom !== undefined, y: false, setScale: false },
      points: { size: 6, show: drawn.length <= tooltipLinesMax },
      bind: {
        mousedown: (plot, _target, handler) => (event) => {
          if (event.shiftKey && onZoom) pan(plot, event, zoom)
          else handler(event)
          return null
        },
        dblclick: () => () => null,
      },
      ...(syncKey && { sync: { key: syncKey, scales: ['x', null] } }),
    },
    scales: {
      x: { time: true, range: (_plot, low, high) => [low, high] },
      y: {
        range: (plot, dataMin, dataMax) => {
          const { min: lowest, max: highest } = plot.scales['y'] ?? {}
          if (isHeld() && typeof lowest === 'number' && typeof highest === 'number') return [lowest, highest]
          const values = marks().map(({ value }) => value)
          const [low, high] = axisRange(
            Math.min(dataMin ?? Infinity, ...values),
            Math.max(dataMax ?? -Infinity, ...values),
            (fromZero ?? true) || fill !== undefined,
          )
          return [min ?? low, max ?? high]
        },
      },
    },
    axes: [
      {
        stroke: token('--faint'),
        font,
        grid: { show: false },
        ticks: { stroke: token('--border'), size: 4 },
        space: 72,
        size: 28,
        values: (_plot, splits) => axisFormat(splits),
      },
      {
        stroke: token('--faint'),
        font,
        grid: { stroke: token('--border'), width: 1 },
        ticks: { show: false },
        size: 60,
        space: 36,
        ...(steps && { incrs: steps }),
        values: (_plot, splits) => splits.map((value) => formatTick(value, unit)),
      },
    ],
    ...(fill === 'stacked' && {
      bands: drawn.slice(1).map((_line, index) => ({ series: [index + 2, index + 1] as [number, number] })),
    }),
    series: [
      {},
      ...drawn.map(({ line, order }): uPlot.Series => {
        const colour = token(lineColour(line, order).slice(4, -1))
        const dash = fill === 'stacked' ? '' : lineDash(line, order)
        return {
          label: line.label,
          stroke: colour,
          width: 1.5,
          spanGaps: false,
          points: { show: false, filter: loneIndexes, size: 3 },
          ...(dash && { dash: dash.split(' ').map(Number) }),
          ...(fill && { fill: `${colour}${fill === 'stacked' ? '66' : '22'}` }),
        }
      }),
    ],
    hooks: {
      setCursor: [
        ({ cursor, bbox, over }) => {
          const { idx, left } = cursor
          const isHere = typeof idx === 'number' && left !== undefined && left >= 0
          const plotLeftPx = bbox.left / devicePixelRatio
          setHover(
            isHere
              ? {
                  index: idx,
                  leftPx: left + plotLeftPx,
                  widthPx: element.clientWidth,
                  own: over.matches(':hover') || document.activeElement === element,
                }
              : undefined,
          )
        },
      ],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select
          if (width >= dragPxMin) zoom(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'))
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        },
      ],
      draw: [
        (plot) => {
          drawMarks(plot, marks(), annotations, token, font)
          setAxis?.(axisOf(plot))
        },
      ],
    },
  }
}

function axisOf({ bbox, scales }: uPlot): ValueAxis {
  const { min = 0, max = 1 } = scales['y']!
  return {
    min,
    max,
    leftPx: bbox.left / devicePixelRatio,
    topPx: bbox.top / devicePixelRatio,
    heightPx: bbox.height / devicePixelRatio,
  }
}

/** Shift and drag moves along; the page is told where to when the button is let go. */
function pan(plot: uPlot, { clientX }: MouseEvent, zoom: Hands['zoom']): void {
  const { min = 0, max = 0 } = plot.scales['x']!
  const secondsPerPx = (max - min) / plot.over.clientWidth
  const shift = (event: MouseEvent): number => (clientX - event.clientX) * secondsPerPx
  const move = (event: MouseEvent): void => plot.setScale('x', { min: min + shift(event), max: max + shift(event) })
  addEventListener('mousemove', move)
  addEventListener(
    'mouseup',
    (event) => {
      removeEventListener('mousemove', move)
      if (Math.abs(event.clientX - clientX) >= dragPxMin) zoom(min + shift(event), max + shift(event))
      else plot.setScale('x', { min, max })
    },
    { once: true },
  )
}
