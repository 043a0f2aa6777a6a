import { ChartLine, Table2 } from 'lucide-react'
import { lazy, Suspense, useMemo, useState, type ReactNode } from 'react'
import { IconButton } from './Button.tsx'
import type { Annotation, Threshold } from './Chart.tsx'
import { Skeleton } from './Skeleton.tsx'
import type { Chosen, TimeLine } from './timeLines.ts'
import { TimeSeriesLegend } from './TimeSeriesLegend.tsx'
import { TimeSeriesTable } from './TimeSeriesTable.tsx'
import type { Unit } from './unit.ts'

const TimeSeriesPlot = lazy(() => import('./TimeSeriesPlot.tsx'))

export interface TimeSeriesProps {
  /** What is seen, for those who do not see it: `Request latency over the last hour`. */
  label: string
  /** Ms since the epoch, ascending; every line has one value for each. */
  times: readonly number[]
  lines: readonly TimeLine[]
  unit: Unit
  /** Ends of the time axis in ms, where they are not those of the data. */
  from?: number
  to?: number
  /** Plot height in px. */
  height?: number
  /** Below each line, or the lines on top of each other; without it only lines. */
  fill?: 'area' | 'stacked' | undefined
  /** Ends of the value axis, where it has natural ones. */
  min?: number | undefined
  max?: number | undefined
  /** `false` leaves out the way up from 0 when the values are far from it. Filled charts always begin at 0. */
  fromZero?: boolean
  thresholds?: readonly Threshold[]
  /** Vertical marks: restarts, deploys, alerts. */
  annotations?: readonly Annotation[]
  /** Charts of one page with the same key share their cursor. */
  syncKey?: string
  /** Ms; by dragging, by Shift and dragging (the same span, moved), by Shift with the arrow keys and Enter. */
  onZoom?: ((fromMs: number, toMs: number) => void) | undefined
  /** `table` has last, min, max and average and sorts by them; `list` only names and last values. */
  legend?: 'table' | 'list' | 'none'
  /** Said instead of an empty plot. */
  empty?: ReactNode
}

/** A line and the place among all that its colour comes from. */
export interface DrawnLine {
  line: TimeLine
  order: number
}

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
            <TimeSeriesPlot key={shapeOf(props, drawn)} {...props} drawn={drawn} height={height} />
          </Suspense>
        )}
        {!hasData && !asTable && (
          <div className="absolute inset-0 flex items-center justify-center text-muted">{empty}</div>
        )}
      </div>
      {legend !== 'none' && (
        <TimeSeriesLegend lines={lines} unit={props.unit} chosen={chosen} onChoose={setChosen} kind={legend} />
      )}
    </figure>
  )
}

/** What a plot is made of besides its numbers; when it changes the plot is made anew. */
const shapeOf = (
  { unit, height, fill, min, max, fromZero, syncKey, thresholds, annotations, onZoom }: TimeSeriesProps,
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
    thresholds,
    annotations,
    onZoom !== undefined,
    drawn.map(({ line: { key, label, level }, order }) => [key, label, level, order]),
  ])

const colourCount = 8
/** Neighbours in hue differ in their dashes too. More lines than colours are told apart by the legend. */
const dashes = ['', '', '', '', '6 3', '2 3', '8 3 2 3', '3 2']

export const lineColour = ({ level }: TimeLine, order: number): string =>
  level ? `var(--${level})` : `var(--series-${(order % colourCount) + 1})`
export const lineDash = ({ level }: TimeLine, order: number): string => (level ? '' : (dashes[order] ?? ''))
