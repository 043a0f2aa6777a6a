import { formatNumber } from '../format.ts'

interface HeatmapProps {
  label: string
  /** Mon … Sun. */
  rows: string[]
  /** 00 … 23. */
  columns: string[]
  /** `values[row][column]` */
  values: number[][]
  /** What is counted: `logins`. */
  what: string
}

const levels = 5

/** How much happens when: the darker (or lighter) the more; every cell says its number. */
export function Heatmap({ label, rows, columns, values, what }: HeatmapProps) {
  const highest = Math.max(1, ...values.flat())
  return (
    <section tabIndex={0} aria-label={label} className="relative overflow-x-auto">
      <table className="w-full min-w-[480px] table-fixed border-separate border-spacing-[2px] text-xs text-faint">
        <caption className="sr-only">{label}</caption>
        <thead>
          <tr>
            <th className="w-8">
              <span className="sr-only">Day</span>
            </th>
            {columns.map((column, index) => (
              <th key={column} scope="col" className="font-normal">
                <span className={index % 3 === 0 ? '' : 'sr-only'}>{column}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, rowIndex) => (
            <tr key={row}>
              <th scope="row" className="text-left font-normal">
                {row}
              </th>
              {columns.map((column, columnIndex) => {
                const value = values[rowIndex]?.[columnIndex] ?? 0
                return (
                  <td
                    key={column}
                    title={`${row} ${column}: ${formatNumber(value)} ${what}`}
                    className="h-5 rounded-[3px] p-0"
                    style={{ background: shade(value / highest) }}
                  >
                    <span className="sr-only">{formatNumber(value)}</span>
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

const shade = (share: number): string =>
  share === 0
    ? 'var(--hover)'
    : `color-mix(in srgb, var(--series-1) ${20 + Math.ceil(share * levels) * (80 / levels)}%, var(--surface))`
