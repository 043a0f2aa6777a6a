import { betweenText, momentText } from './momentTexts.ts'
import { valueAt } from './plotMoment.ts'
import { thinned, type DrawnLine, type TimeSeriesProps } from './timeLines.ts'
import { formatUnit } from './unit.ts'

const rowsMax = 200
const columnsMax = 20

/** The numbers of a TimeSeries, newest first. */
export function TimeSeriesTable({ label, times, unit, drawn }: TimeSeriesProps & { drawn: readonly DrawnLine[] }) {
  const columns = drawn.slice(0, columnsMax)
  const rows = thinned(times.length, rowsMax).toReversed()
  const left = drawn.length - columns.length
  return (
    <section
      tabIndex={0}
      aria-label={`${label}, table`}
      className="h-full overflow-auto rounded-md border border-border"
    >
      <table className="w-full text-sm">
        {(rows.length < times.length || left > 0) && (
          <caption className="px-2 py-1 text-left text-faint">
            {rows.length} of {times.length} moments{left > 0 && `, ${columns.length} of ${drawn.length} lines`}
          </caption>
        )}
        <thead className="sticky top-0 bg-surface">
          <tr>
            <th scope="col" className="px-2 py-1 text-left font-medium text-muted">
              Time
            </th>
            {columns.map(({ line }) => (
              <th key={line.key} scope="col" className="px-2 py-1 text-right font-medium text-muted">
                {line.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={times[row]} className="border-t border-border">
              <th scope="row" className="px-2 py-0.5 text-left font-normal whitespace-nowrap tabular-nums">
                {momentText(times[row]!, times)}
              </th>
              {columns.map((column) => {
                const one = valueAt(column, row)
                return (
                  <td key={column.line.key} className="px-2 py-0.5 text-right whitespace-nowrap tabular-nums">
                    {formatUnit(one.value, unit)}
                    {one.between && <span className="ml-2 text-faint">{betweenText(one, unit)}</span>}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
