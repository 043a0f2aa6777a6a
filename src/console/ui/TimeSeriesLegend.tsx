import { ArrowDown, ArrowUp } from 'lucide-react'
import { useMemo, useState, type KeyboardEvent, type MouseEvent } from 'react'
import { Button } from './Button.tsx'
import { cx } from './cx.ts'
import {
  lineColour,
  lineDash,
  soloed,
  statsOf,
  toggled,
  type Chosen,
  type LineStats,
  type TimeLine,
} from './timeLines.ts'
import { formatUnit, type Unit } from './unit.ts'

interface TimeSeriesLegendProps {
  lines: readonly TimeLine[]
  unit: Unit
  chosen: Chosen
  onChoose: (chosen: Chosen) => void
  kind: 'table' | 'list'
}

interface LegendRow extends LineStats {
  line: TimeLine
  order: number
}

type Sort = 'label' | keyof LineStats
const statNames: Record<keyof LineStats, string> = { last: 'Last', min: 'Min', max: 'Max', avg: 'Avg' }
const statKeys = Object.keys(statNames) as (keyof LineStats)[]
/** More are shown only to who asks. */
const rowsMax = 100

/** Names the lines and chooses which are drawn. */
export function TimeSeriesLegend({ lines, unit, chosen, onChoose, kind }: TimeSeriesLegendProps) {
  const [sort, setSort] = useState<{ by: Sort; isDown: boolean }>()
  const [isWhole, setWhole] = useState(false)
  const rows = useMemo(() => sortedRows(lines, sort), [lines, sort])
  const shown = isWhole ? rows : rows.slice(0, rowsMax)
  const keys = lines.map(({ key }) => key)
  const name = (row: LegendRow) => (
    <LineName
      row={row}
      isShown={!chosen || chosen.has(row.line.key)}
      onSolo={() => onChoose(soloed(chosen, row.line.key))}
      onToggle={() => onChoose(toggled(chosen, row.line.key, keys))}
    />
  )
  if (lines.length === 0) return null
  if (kind === 'list') {
    return (
      // On a phone one row to swipe along: charts stand below each other there and have no room for more.
      <ul
        aria-label="Lines"
        className="mt-1 flex max-h-24 flex-wrap gap-x-4 overflow-auto text-sm max-sm:flex-nowrap max-sm:[scrollbar-width:none]"
      >
        {shown.map((row) => (
          <li key={row.line.key} className="flex max-w-full items-center gap-1.5 max-sm:shrink-0">
            {name(row)}
            <span className="whitespace-nowrap tabular-nums">{formatUnit(row.last, unit)}</span>
          </li>
        ))}
      </ul>
    )
  }
  const sortBy = (by: Sort): void => setSort((now) => ({ by, isDown: now?.by === by ? !now.isDown : by !== 'label' }))
  return (
    <div className="mt-1 max-h-56 overflow-auto" tabIndex={-1}>
      <table aria-label="Lines" className="w-full text-sm">
        <thead className="sticky top-0 z-10 bg-surface">
          <tr className="text-muted">
            <SortHead by="label" name="Name" sort={sort} onSort={sortBy} />
            {statKeys.map((key) => (
              <SortHead key={key} by={key} name={statNames[key]} sort={sort} onSort={sortBy} />
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={row.line.key} className="border-t border-border hover:bg-hover">
              <th scope="row" className="w-full max-w-0 py-0.5 text-left font-normal">
                {name(row)}
              </th>
              {statKeys.map((key) => (
                <td key={key} className={cx(statCell, phoneHidden(key))}>
                  {formatUnit(row[key], unit)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > shown.length && (
        <Button size="sm" variant="ghost" onClick={() => setWhole(true)}>
          Show {rows.length - shown.length} more
        </Button>
      )}
    </div>
  )
}

const statCell = 'py-0.5 pl-4 text-right whitespace-nowrap tabular-nums'
const phoneHidden = (key: Sort): string | false => (key === 'min' || key === 'avg') && 'max-sm:hidden'

function sortedRows(lines: readonly TimeLine[], sort: { by: Sort; isDown: boolean } | undefined): LegendRow[] {
  const rows = lines.map((line, order) => ({ line, order, ...statsOf(line) }))
  if (!sort) return rows
  const { by, isDown } = sort
  const sign = isDown ? -1 : 1
  return rows.toSorted((a, b) => {
    if (by === 'label') return sign * a.line.label.localeCompare(b.line.label, 'en', { numeric: true })
    // What has no value is last either way.
    if (a[by] === null || b[by] === null) return Number(a[by] === null) - Number(b[by] === null)
    return sign * (a[by] - b[by])
  })
}

interface SortHeadProps {
  by: Sort
  name: string
  sort: { by: Sort; isDown: boolean } | undefined
  onSort: (by: Sort) => void
}

function SortHead({ by, name, sort, onSort }: SortHeadProps) {
  const isSorted = sort?.by === by
  const Arrow = isSorted && sort.isDown ? ArrowDown : ArrowUp
  return (
    <th
      scope="col"
      aria-sort={isSorted ? (sort.isDown ? 'descending' : 'ascending') : 'none'}
      className={cx('py-1 font-medium', by === 'label' ? 'text-left' : 'pl-4 text-right', phoneHidden(by))}
    >
      <button
        type="button"
        onClick={() => onSort(by)}
        className={cx(
          'inline-flex h-6 items-center gap-1 rounded-sm hover:text-text',
          by !== 'label' && 'flex-row-reverse',
          isSorted && 'text-text',
        )}
      >
        {name}
        <Arrow size={12} aria-hidden="true" className={cx(!isSorted && 'opacity-0')} />
      </button>
    </th>
  )
}

interface LineNameProps {
  row: LegendRow
  isShown: boolean
  onSolo: () => void
  onToggle: () => void
}

function LineName({ row: { line, order }, isShown, onSolo, onToggle }: LineNameProps) {
  const click = ({ ctrlKey, metaKey }: MouseEvent): void => (ctrlKey || metaKey ? onToggle() : onSolo())
  const press = (event: KeyboardEvent): void => {
    if (!(event.ctrlKey || event.metaKey) || !(event.key === 'Enter' || event.key === ' ')) return
    event.preventDefault()
    onToggle()
  }
  return (
    <button
      type="button"
      aria-pressed={isShown}
      title={line.label}
      onClick={click}
      onKeyDown={press}
      className={cx(
        'flex min-h-6 w-full min-w-0 items-center gap-1.5 rounded-sm text-left hover:text-text',
        isShown ? 'text-text' : 'text-faint line-through decoration-1',
      )}
    >
      <svg width="14" height="4" aria-hidden="true" className={cx('shrink-0', !isShown && 'opacity-40')}>
        <line
          x1="0"
          y1="2"
          x2="14"
          y2="2"
          stroke={lineColour(line, order)}
          strokeWidth="3"
          strokeDasharray={lineDash(line, order)}
        />
      </svg>
      <span className="truncate">{line.label}</span>
    </button>
  )
}
