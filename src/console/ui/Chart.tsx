import { lazy, Suspense, useState, type ReactNode } from 'react'
import { formatClock, formatDayAndMinutes } from '../format.ts'
import { ChartLine, Table2 } from 'lucide-react'
import { IconButton } from './Button.tsx'
import { OverPlot } from './OverPlot.tsx'
import { Skeleton } from './Skeleton.tsx'
import type { StatusLevel } from './Status.tsx'
import { formatUnit, type Unit } from './unit.ts'

const Plot = lazy(() => import('./Plot.tsx'))

export interface Series {
  label: string
  /** One value for each time; null is a gap and is drawn as one. */
  values: (number | null)[]
  /** A status colour for what has one (errors); else the colours of the series in turn. */
  level?: StatusLevel
}

export interface Threshold {
  value: number
  label: string
  level?: StatusLevel
}

export interface Annotation {
  /** Ms since the epoch. */
  at: number
  /** Where it is a span and no moment: its end. TimeSeries tint it. */
  to?: number
  label: string
  level?: StatusLevel
  /** The page of what it stands for. */
  path?: string
}

export interface ChartProps {
  /** What is seen, for those who do not see it: `Request latency over the last hour`. */
  label: string
  /** Ms since the epoch, ascending. */
  times: number[]
  series: Series[]
  unit: Unit
  /** Plot height in px. */
  height?: number
  thresholds?: Threshold[]
  annotations?: Annotation[]
  /** Charts of one page with the same key share their cursor. */
  syncKey?: string
  /** Upper end of the axis, where it has a natural one. */
  max?: number
  /** Fills below the line; for one series or for counts that add up. */
  area?: boolean
  /** Dragging across the plot chooses a range, in ms. Without it dragging does nothing. */
  onZoom?: (fromMs: number, toMs: number) => void
  /** Said instead of an empty plot. */
  empty?: ReactNode
}

/** Lines over time: canvas for the eye, a table for everybody else. */
export function Chart(props: ChartProps) {
  const { label, series, unit, height = 180, empty = 'No data in this range.' } = props
  const [asTable, setAsTable] = useState(false)
  const hasData = series.some(({ values }) => values.some((value) => value !== null))
  return (
    <figure aria-label={label} className="m-0 min-w-0">
      <div className="mb-1 flex items-start justify-between gap-2">
        <Legend series={series} unit={unit} />
        <IconButton
          icon={asTable ? ChartLine : Table2}
          size="sm"
          label={asTable ? 'View as chart' : 'View as table'}
          onClick={() => setAsTable(!asTable)}
          className="!text-faint"
        />
      </div>
      <div style={{ height }} className="relative">
        {asTable ? (
          <ChartTable {...props} />
        ) : (
          <Suspense fallback={<Skeleton className="h-full" />}>
            <Plot key={shapeOf(props)} {...props} height={height} />
          </Suspense>
        )}
        {!hasData && !asTable && <OverPlot>{empty}</OverPlot>}
      </div>
    </figure>
  )
}

/** What a plot is made of besides its numbers; when it changes the plot is made anew. */
const shapeOf = ({ series, unit, height, max, area, syncKey, thresholds, annotations }: ChartProps): string =>
  JSON.stringify([
    unit,
    height,
    max,
    area,
    syncKey,
    thresholds,
    annotations,
    series.map(({ label, level }) => [label, level]),
  ])

const dashes = ['', '', '', '', '6 3', '2 3', '8 3 2 3', '3 2']

export const seriesColour = ({ level }: Series, index: number): string =>
  level ? `var(--${level})` : `var(--series-${(index % 8) + 1})`
export const seriesDash = ({ level }: Series, index: number): string => (level ? '' : dashes[index % 8]!)

const Legend = ({ series, unit }: { series: Series[]; unit: Unit }) => (
  <ul className="flex min-h-6 min-w-0 flex-wrap items-center gap-x-4 text-sm text-muted">
    {series.map((line, index) => (
      <li key={line.label} className="flex items-center gap-1.5 whitespace-nowrap">
        <svg width="14" height="4" aria-hidden="true">
          <line
            x1="0"
            y1="2"
            x2="14"
            y2="2"
            stroke={seriesColour(line, index)}
            strokeWidth="3"
            strokeDasharray={seriesDash(line, index)}
          />
        </svg>
        {line.label}
        <span className="text-text tabular-nums">
          {formatUnit(
            line.values.findLast((value) => value !== null),
            unit,
          )}
        </span>
      </li>
    ))}
  </ul>
)

const dayMs = 86_400_000

function ChartTable({ label, times, series, unit }: ChartProps) {
  const format = (times.at(-1) ?? 0) - (times[0] ?? 0) > dayMs ? formatDayAndMinutes : formatClock
  return (
    <section
      tabIndex={0}
      aria-label={`${label}, table`}
      className="h-full overflow-auto rounded-md border border-border"
    >
      <table className="w-full text-sm">
        <thead className="sticky top-0 bg-surface">
          <tr>
            <th scope="col" className="px-2 py-1 text-left font-medium text-muted">
              Time
            </th>
            {series.map((line) => (
              <th key={line.label} scope="col" className="px-2 py-1 text-right font-medium text-muted">
                {line.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times.map(
            (at, row) =>
              series.some(({ values }) => typeof values[row] === 'number') && (
                <tr key={at} className="border-t border-border">
                  <th scope="row" className="px-2 py-0.5 text-left font-normal">
                    {format(at)}
                  </th>
                  {series.map((line) => (
                    <td key={line.label} className="px-2 py-0.5 text-right tabular-nums">
                      {formatUnit(line.values[row], unit)}
                    </td>
                  ))}
                </tr>
              ),
          )}
        </tbody>
      </table>
    </section>
  )
}
