import { StatusShape } from '#console/ui/Status.tsx'
import { levelWords } from './choices.ts'
import { formatValue } from './formatValue.ts'
import type { Panel } from './queries.ts'
import { levelFor, reduced, type Series } from './values.ts'

const rowsMax = 200

/** A row for each line: its labels, and its value. Labels that all have alike tell nothing and are left out. */
export function TablePanel({ panel, series }: { panel: Panel; series: Series[] }) {
  const labels = differingLabels(series)
  const rows = series
    .map((one) => ({ ...one, value: reduced(one, panel.reduce) }))
    .toSorted((a, b) => (b.value ?? -Infinity) - (a.value ?? -Infinity))
    .slice(0, rowsMax)
  const named = panel.queries.some(({ legend }) => legend !== '') || labels.length === 0
  return (
    <div tabIndex={0} role="group" aria-label={`${panel.title || 'Table'}, rows`} className="h-full overflow-auto">
      <table className="w-full text-sm">
        <thead className="sticky top-0 bg-surface text-muted">
          <tr>
            {named ? <Head>Name</Head> : labels.map((label) => <Head key={label}>{label}</Head>)}
            <th scope="col" className="px-2 py-1 text-right font-medium">
              Value
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, name, labels: own, value }) => {
            const level = levelFor(value, panel.thresholds)
            return (
              <tr key={key} className="border-t border-border">
                {named ? <Cell>{name}</Cell> : labels.map((label) => <Cell key={label}>{own[label] ?? ''}</Cell>)}
                <td className="px-2 py-1 text-right whitespace-nowrap tabular-nums">
                  {level && level !== 'unknown' && (
                    <span className="mr-1.5 inline-flex">
                      <StatusShape level={level} />
                      <span className="sr-only">{levelWords[level]}</span>
                    </span>
                  )}
                  {formatValue(value, panel)}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

const Head = ({ children }: { children: string }) => (
  <th scope="col" className="px-2 py-1 text-left font-medium">
    {children}
  </th>
)

const Cell = ({ children }: { children: string }) => <td className="px-2 py-1 break-all">{children}</td>

function differingLabels(series: readonly Series[]): string[] {
  const names = [...new Set(series.flatMap(({ labels }) => Object.keys(labels)))]
  const differing = names.filter((name) => new Set(series.map(({ labels }) => labels[name])).size > 1)
  return differing.length > 0 ? differing : names.filter((name) => name !== '__name__')
}
