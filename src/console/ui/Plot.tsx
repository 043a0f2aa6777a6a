import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { onPreferences } from '../preferences.ts'
import { seriesColour, seriesDash, type ChartProps } from './Chart.tsx'
import { momentText } from './momentTexts.ts'
import { drawMarks, loneIndexes, tokenReader } from './plotMarks.ts'
import { axisFormat } from './timeAxis.ts'
import { formatTick, formatUnit } from './unit.ts'

/** Where the cursor is, for the tooltip; undefined while it is elsewhere. */
interface Hover {
  index: number
  leftPx: number
  widthPx: number
}

const seriesShownMax = 12

/** The canvas of a Chart. Its own chunk, because uPlot is only loaded where something is drawn. */
export default function Plot(props: ChartProps & { height: number }) {
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const [hover, setHover] = useState<Hover>()
  const { times, series, height } = props
  const data = useMemo(
    () => [times.map((at) => at / 1_000), ...series.map(({ values }) => values)] as uPlot.AlignedData,
    [times, series],
  )
  const draw = useEffectEvent((element: HTMLElement) => new uPlot(optionsOf(props, element, setHover), data, element))
  const resize = useEffectEvent((width: number) => plot.current?.setSize({ width, height }))

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

  useEffect(() => plot.current?.setData(data), [data])

  return (
    <div className="relative">
      <div ref={host} aria-hidden="true" />
      {hover && <HoverBox {...props} hover={hover} />}
    </div>
  )
}

function HoverBox({ times, series, unit, hover: { index, leftPx, widthPx } }: ChartProps & { hover: Hover }) {
  const at = times[index]
  if (at === undefined) return null
  const lines = series
    .map((line, order) => ({ line, order, value: line.values[index] ?? null }))
    .toSorted((a, b) => (b.value ?? -Infinity) - (a.value ?? -Infinity))
    .slice(0, seriesShownMax)
  const left = leftPx > widthPx / 2
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none absolute top-1 z-10 rounded-md border border-border bg-raised px-2 py-1 text-sm shadow-float"
      style={left ? { right: widthPx - leftPx + 12 } : { left: leftPx + 12 }}
    >
      <p className="text-muted">{momentText(at, times)}</p>
      {lines.map(({ line, order, value }) => (
        <p key={line.label} className="flex items-center gap-2 whitespace-nowrap">
          <span className="h-[3px] w-3" style={{ background: seriesColour(line, order) }} />
          <span className="flex-1 text-muted">{line.label}</span>
          <span className="pl-3 tabular-nums">{formatUnit(value, unit)}</span>
        </p>
      ))}
    </div>
  )
}

function optionsOf(
  props: ChartProps & { height: number },
  element: HTMLElement,
  setHover: (hover: Hover | undefined) => void,
): uPlot.Options {
  const { series, unit, height, syncKey, max, area, onZoom, thresholds = [], annotations = [] } = props
  const token = tokenReader()
  const font = `11px ${getComputedStyle(document.body).fontFamily}`
  const highest = Math.max(0, ...thresholds.map(({ value }) => value))
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    // Room for half the name of a day at the end of the axis.
    padding: [8, 20, 0, 0],
    cursor: {
      drag: { x: onZoom !== undefined, y: false, setScale: false },
      points: { size: 6 },
      ...(syncKey && { sync: { key: syncKey } }),
    },
    scales: {
      x: { time: true },
      y: { range: (_plot, _min, dataMax) => [0, max ?? (Math.max(dataMax ?? 0, highest) * 1.1 || 1)] },
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
        values: (_plot, splits) => splits.map((value) => formatTick(value, unit)),
      },
    ],
    series: [
      {},
      ...series.map((line, index): uPlot.Series => {
        const colour = token(seriesColour(line, index).slice(4, -1))
        const dash = seriesDash(line, index)
        return {
          label: line.label,
          stroke: colour,
          width: 1.5,
          spanGaps: false,
          points: { show: false, filter: loneIndexes, size: 3 },
          ...(dash && { dash: dash.split(' ').map(Number) }),
          ...(area && { fill: `${colour}22` }),
        }
      }),
    ],
    hooks: {
      setCursor: [
        ({ cursor, width }) => {
          const { idx, left } = cursor
          setHover(
            typeof idx === 'number' && left !== undefined && left >= 0
              ? { index: idx, leftPx: left + 60, widthPx: width }
              : undefined,
          )
        },
      ],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select
          if (width < 8 || !onZoom) return
          onZoom(plot.posToVal(left, 'x') * 1_000, plot.posToVal(left + width, 'x') * 1_000)
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        },
      ],
      draw: [(plot) => drawMarks(plot, thresholds, annotations, token, font)],
    },
  }
}
