import { useEffect, useEffectEvent, useMemo, useRef, useState, type ClipboardEvent, type KeyboardEvent } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { onPreferences } from '../preferences.ts'
import type { Threshold } from './Chart.tsx'
import { MomentBox } from './MomentBox.tsx'
import { copiedMoment, momentText, spokenMoment } from './momentTexts.ts'
import { bandsOf, drawBands, endsOf } from './plotBands.ts'
import { drawMarks, drawSpans, loneIndexes, tokenReader } from './plotMarks.ts'
import { momentOf, type Moment } from './plotMoment.ts'
import { ThresholdHandle, type ValueAxis } from './ThresholdHandle.tsx'
import { axisFormat } from './timeAxis.ts'
import { axisRange, lineColour, lineDash, stacked, type DrawnLine, type TimeSeriesProps } from './timeLines.ts'
import { toastDone } from './Toaster.tsx'
import { formatTick, tickSteps } from './unit.ts'

export type TimeSeriesPlotProps = Omit<TimeSeriesProps, 'lines'> & {
  drawn: DrawnLine[]
  height: number
  /** A double click: back to what was shown before the last zoom. */
  onZoomBack: () => void
}

/** Where the cursor is; undefined while it is elsewhere. */
interface Hover {
  index: number
  /** Under the pointer, ms: between two of the times. */
  at: number
  /** Moved here, and not by a chart that shares it. */
  own: boolean
  area: Area
}

/** Where the plot lies in the chart, px. */
interface Area {
  leftPx: number
  plotPx: number
  widthPx: number
}

const tooltipLinesMax = 12
const spokenLinesMax = 5
/** A shorter way of the pointer is a click. */
const dragPxMin = 8
/** As near to a mark counts as on it. */
const markPx = 6

/** The canvas of a TimeSeries. Its own chunk, because uPlot is only loaded where something is drawn. */
export default function TimeSeriesPlot(props: TimeSeriesPlotProps) {
  const { label, times, drawn, unit, height, fill, from, to, thresholds = [], onThreshold } = props
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const [hover, setHover] = useState<Hover>()
  /** Where what is marked with keys begins, ms: data that comes meanwhile moves the indexes. */
  const [markedAt, setMarkedAt] = useState<number>()
  /** Whose values stay shown, ms. */
  const [wanted, setPinned] = useState<{ at: number; area: Area }>()
  const [axis, setAxis] = useState<ValueAxis>()
  const isHeld = useRef(false)
  const shownMarks = useRef<readonly Threshold[]>([])
  // Sums of what was apart are nothing that ever was.
  const bands = useMemo(() => (fill === 'stacked' ? [] : bandsOf(drawn)), [drawn, fill])
  const shownBands = useRef(bands)
  const data = useMemo(() => {
    const values = drawn.map(({ line }) => line.values)
    return [times.map((at) => at / 1_000), ...(fill === 'stacked' ? stacked(values) : values)] as uPlot.AlignedData
  }, [times, drawn, fill])

  const fromSeconds = (from ?? times[0] ?? 0) / 1_000
  const toSeconds = Math.max((to ?? times.at(-1) ?? 0) / 1_000, fromSeconds + 1)
  // Time goes on, and leaves it behind.
  const isKnown = wanted && wanted.at >= (times[0] ?? Infinity) && wanted.at <= toSeconds * 1_000
  const pinned = isKnown ? wanted : undefined
  const zoom = useEffectEvent((first: number, last: number) =>
    props.onZoom?.(Math.round(first * 1_000), Math.round(last * 1_000)),
  )
  /** Pins what is shown at a time, or lets go of what is pinned. */
  const pinAt = (at: number | undefined): void => {
    if (pinned || !plot.current || !host.current || at === undefined) return setPinned(undefined)
    host.current.focus({ preventScroll: true })
    setPinned({ at, area: areaOf(plot.current, host.current) })
  }
  const pin = useEffectEvent(() => pinAt(times[plot.current?.cursor.idx ?? -1]))
  const zoomBack = useEffectEvent(() => props.onZoomBack())
  const draw = useEffectEvent((element: HTMLElement) => {
    const hands: Hands = {
      zoom,
      zoomBack,
      pin,
      setHover,
      marks: () => shownMarks.current,
      bands: () => shownBands.current,
      isHeld: () => isHeld.current,
    }
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
    shownBands.current = bands
    plot.current?.setData(data, false)
    plot.current?.setScale('x', { min: fromSeconds, max: toSeconds })
  }, [data, bands, fromSeconds, toSeconds])

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
    if (event.key === 'Enter') {
      event.preventDefault()
      if (markedAt === undefined) pinAt(at)
      else if (at !== undefined && markedAt !== at) props.onZoom?.(Math.min(markedAt, at), Math.max(markedAt, at))
      setMarkedAt(undefined)
    }
  }
  /** Also from within what is pinned. */
  const onEscape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || (markedAt === undefined && !pinned)) return
    event.preventDefault()
    host.current?.focus({ preventScroll: true })
    setMarkedAt(undefined)
    setPinned(undefined)
  }
  useEffect(() => {
    const hoveredAt = hover && times[hover.index]
    if (!plot.current || markedAt === undefined || hoveredAt === undefined) return undefined
    const left = plot.current.valToPos(Math.min(markedAt, hoveredAt) / 1_000, 'x')
    const width = plot.current.valToPos(Math.max(markedAt, hoveredAt) / 1_000, 'x') - left
    plot.current.setSelect({ left, width, top: 0, height: plot.current.over.clientHeight }, false)
    return () => plot.current?.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false)
  }, [markedAt, hover, times])

  const spanMs = (toSeconds - fromSeconds) * 1_000
  const momentAt = (index: number, at: number, area: Area | undefined, valuesMax: number): Moment | undefined =>
    momentOf(props, index, valuesMax, { at, nearMs: area ? (markPx * spanMs) / area.plotPx : 0 })
  const spokenIndex = hover?.index ?? times.length - 1
  const spoken = momentAt(spokenIndex, hover?.at ?? times[spokenIndex] ?? 0, hover?.area, spokenLinesMax)
  const boxed = pinned
    ? momentAt(indexAt(times, pinned.at), pinned.at, pinned.area, tooltipLinesMax)
    : hover?.own && momentAt(hover.index, hover.at, hover.area, tooltipLinesMax)
  const boxedAt = pinned ?? hover
  const onCopy = (event: ClipboardEvent): void => {
    // What somebody selected goes before.
    if (!boxed || !getSelection()?.isCollapsed) return
    event.preventDefault()
    event.clipboardData.setData('text/plain', copiedMoment(boxed, unit))
    toastDone('The values are copied')
  }
  return (
    <div role="presentation" className="relative" onKeyDown={onEscape} onCopy={onCopy}>
      <div
        ref={host}
        role="slider"
        tabIndex={0}
        aria-label={`${label}: moment`}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, times.length - 1)}
        aria-valuenow={Math.max(0, spokenIndex)}
        aria-valuetext={spokenMoment(spoken, times, unit)}
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
      {boxed && boxedAt && (
        <MomentBox
          label={label}
          moment={boxed}
          text={momentText(boxed.at, times)}
          unit={unit}
          leftPx={boxedAt.area.leftPx + boxedAt.area.plotPx * ((boxedAt.at - fromSeconds * 1_000) / spanMs)}
          widthPx={boxedAt.area.widthPx}
          {...(pinned && { onClose: () => setPinned(undefined) })}
        />
      )}
    </div>
  )
}

/** The last of the times that is not after `at`; -1 if there is none. */
const indexAt = (times: readonly number[], at: number): number => times.findLastIndex((time) => time <= at)

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

interface Hands {
  zoom: (fromSeconds: number, toSeconds: number) => void
  zoomBack: () => void
  /** A click. */
  pin: () => void
  setHover: (hover: Hover | undefined) => void
  /** The thresholds as they are now: they move without the plot being made anew. */
  marks: () => readonly Threshold[]
  bands: () => ReturnType<typeof bandsOf>
  isHeld: () => boolean
  setAxis?: (axis: ValueAxis) => void
}

function optionsOf(props: TimeSeriesPlotProps, element: HTMLElement, hands: Hands): uPlot.Options {
  const { zoom, zoomBack, pin, setHover, marks, bands, isHeld, setAxis } = hands
  let pressedX = 0
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
      drag: {
        x: onZoom !== undefined,
        y: false,
        setScale: false,
        // It would stop every click during which the pointer moved at all.
        click: () => undefined,
      },
      points: { size: 6, show: drawn.length <= tooltipLinesMax },
      bind: {
        mousedown: (plot, _target, handler) => (event) => {
          pressedX = event.clientX
          if (event.shiftKey && onZoom) pan(plot, event, zoom)
          else handler(event)
          return null
        },
        dblclick: () => () => {
          zoomBack()
          return null
        },
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
          const [first, last] = plot.series[0]?.idxs ?? [0, -1]
          const between = endsOf(bands(), first, last)
          const [low, high] = axisRange(
            Math.min(dataMin ?? Infinity, between.low, ...values),
            Math.max(dataMax ?? -Infinity, between.high, ...values),
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
      init: [
        ({ over }) =>
          over.addEventListener('click', ({ clientX, shiftKey }) => {
            if (!shiftKey && Math.abs(clientX - pressedX) < dragPxMin) pin()
          }),
      ],
      setCursor: [
        (plot) => {
          const { idx, left } = plot.cursor
          const isHere = typeof idx === 'number' && left !== undefined && left >= 0
          setHover(
            isHere
              ? {
                  index: idx,
                  at: plot.posToVal(left, 'x') * 1_000,
                  own: plot.over.matches(':hover') || document.activeElement === element,
                  area: areaOf(plot, element),
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
      drawClear: [
        (plot) => {
          drawSpans(plot, annotations, token)
          drawBands(plot, bands(), token)
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

const areaOf = ({ bbox }: uPlot, { clientWidth }: HTMLElement): Area => ({
  leftPx: bbox.left / devicePixelRatio,
  plotPx: bbox.width / devicePixelRatio,
  widthPx: clientWidth,
})

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
