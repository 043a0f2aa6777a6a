import { useRouter } from '@tanstack/react-router'
import { ChartLine, Table2 } from 'lucide-react'
import { lazy, Suspense, useMemo, useRef, useState } from 'react'
import { IconButton } from './Button.tsx'
import { OverPlot } from './OverPlot.tsx'
import { Skeleton } from './Skeleton.tsx'
import type { Chosen, DrawnLine, TimeSeriesProps } from './timeLines.ts'
import { TimeSeriesLegend } from './TimeSeriesLegend.tsx'
import { TimeSeriesTable } from './TimeSeriesTable.tsx'

const TimeSeriesPlot = lazy(() => import('./TimeSeriesPlot.tsx'))

/**
 * Lines over time with a legend that chooses among them: a click shows one alone, Ctrl or ⌘ and a click takes one away
 * or back. Draws on a canvas; a table of the same numbers is one button away.
 */
export function TimeSeries(props: TimeSeriesProps) {
  const { lines, height = 220, legend = 'table', empty = 'No data in this range.' } = props
  const [asTable, setAsTable] = useState(false)
  const [wanted, setChosen] = useState<Chosen>()
  // What was chosen may be gone after another query.
  const chosen = wanted && lines.some(({ key }) => wanted.has(key)) ? wanted : undefined
  const drawn = useMemo(
    () => lines.map((line, order) => ({ line, order })).filter(({ line }) => !chosen || chosen.has(line.key)),
    [lines, chosen],
  )
  const zoom = useZoom(props)
  const hasData = useMemo(() => drawn.some(({ line }) => line.values.some((value) => value !== null)), [drawn])
  return (
    <figure aria-label={props.label} className="relative m-0 min-w-0">
      <IconButton
        icon={asTable ? ChartLine : Table2}
        size="sm"
        label={asTable ? 'View as chart' : 'View as table'}
        onClick={() => setAsTable(!asTable)}
        className="absolute -top-1 right-0 z-20 !text-faint"
      />
      <div style={{ height }} className="relative">
        {asTable ? (
          <TimeSeriesTable {...props} drawn={drawn} />
        ) : (
          <Suspense fallback={<Skeleton className="h-full" />}>
            <TimeSeriesPlot key={shapeOf(props, drawn)} {...props} {...zoom} drawn={drawn} height={height} />
          </Suspense>
        )}
        {!hasData && !asTable && <OverPlot>{empty}</OverPlot>}
      </div>
      {legend !== 'none' && (
        <TimeSeriesLegend lines={lines} unit={props.unit} chosen={chosen} onChoose={setChosen} kind={legend} />
      )}
    </figure>
  )
}

/** Ends of the time axis, ms. */
interface Zoomed {
  from: number
  to: number
}

/** Pages round what is zoomed to by the step of what they ask for. */
const isAlike = (zoomed: Zoomed, { from, to }: Zoomed): boolean => {
  const nearMs = (zoomed.to - zoomed.from) / 10
  return Math.abs(zoomed.from - from) < nearMs && Math.abs(zoomed.to - to) < nearMs
}

/** The page keeps what is zoomed to in its address, so that the way back from there is the browser's. */
function useZoom({ onZoom, from, to }: TimeSeriesProps) {
  const { history } = useRouter()
  const zoomed = useRef<Zoomed[]>([])
  return {
    onZoom:
      onZoom &&
      ((fromMs: number, toMs: number): void => {
        zoomed.current.push({ from: fromMs, to: toMs })
        onZoom(fromMs, toMs)
      }),
    onZoomBack: (): void => {
      const last = zoomed.current.pop()
      // Where one went on by other means since, back would not be where the zoom came from.
      if (last && isAlike(last, { from: from ?? 0, to: to ?? 0 })) history.back()
      else zoomed.current = []
    },
  }
}

/** What a plot is made of besides its numbers; when it changes the plot is made anew. */
const shapeOf = (
  { unit, height, fill, min, max, fromZero, syncKey, annotations, onZoom }: TimeSeriesProps,
  drawn: readonly DrawnLine[],
): string =>
  JSON.stringify([
    unit,
    height,
    fill,
    min,
    max,
    fromZero,
    syncKey,
    annotations,
    onZoom !== undefined,
    drawn.map(({ line: { key, label, level }, order }) => [key, label, level, order]),
  ])
