import { useMemo, useState } from 'react'
import { Button } from '#console/ui/Button.tsx'
import { cx } from '#console/ui/cx.ts'
import { Table, type Column } from '#console/ui/Table.tsx'
import { formatUnit, type Unit } from '#console/ui/unit.ts'
import { commonLabels, labelText, type Labels, type SeriesRow } from './lines.ts'

const columnsMax = 12
const rowsMax = 200

/** The newest value of each series, a column for each label that tells them apart. */
export function SeriesTable({ rows, unit }: { rows: readonly SeriesRow[]; unit: Unit }) {
  const [sort, setSort] = useState('')
  const [isWhole, setWhole] = useState(false)
  const shared = useMemo(() => (rows.length > 1 ? commonLabels(rows.map(({ metric }) => metric)) : {}), [rows])
  const columns = useMemo(() => columnsOf(rows, shared, unit), [rows, shared, unit])
  const sorted = useMemo(() => sortedBy(rows, sort), [rows, sort])
  const shown = isWhole ? sorted : sorted.slice(0, rowsMax)
  return (
    <>
      {Object.keys(shared).length > 0 && (
        <p className="mb-2 text-sm text-muted">
          All have <code className="font-mono break-all text-text">{labelText(shared)}</code>
        </p>
      )}
      <Table
        label="Series"
        columns={columns}
        rows={shown}
        rowKey={({ key }) => key}
        sort={sort}
        onSort={setSort}
        empty={null}
      />
      {sorted.length > shown.length && (
        <Button size="sm" variant="ghost" className="m-2" onClick={() => setWhole(true)}>
          Show {sorted.length - shown.length} more
        </Button>
      )}
    </>
  )
}

const wrapsFrom = 48

const Value = ({ text }: { text: string }) => (
  <span
    className={cx(
      'font-mono text-sm',
      text.length < wrapsFrom ? 'max-md:break-all md:whitespace-nowrap' : 'block min-w-64 break-all',
    )}
  >
    {text}
  </span>
)

function columnsOf(rows: readonly SeriesRow[], shared: Labels, unit: Unit): Column<SeriesRow>[] {
  const names = [...new Set(rows.flatMap(({ metric }) => Object.keys(metric)))]
    .filter((name) => !(name in shared))
    .slice(0, columnsMax)
  const hasLetters = rows.some(({ letter }) => letter !== undefined)
  return [
    ...(hasLetters ? [{ key: 'letter', header: 'Query', cell: ({ letter }: SeriesRow) => letter }] : []),
    ...names.map((name) => ({
      key: `label:${name}`,
      header: name === '__name__' ? 'Metric' : name,
      sortable: true,
      cell: ({ metric }: SeriesRow) => <Value text={metric[name] ?? ''} />,
    })),
    {
      key: 'value',
      header: 'Value',
      align: 'end',
      sortable: true,
      primary: names.length === 0,
      cell: ({ value }) => (
        <span title={String(value)}>{typeof value === 'string' ? value : formatUnit(value, unit)}</span>
      ),
    },
  ]
}

function sortedBy(rows: readonly SeriesRow[], sort: string): readonly SeriesRow[] {
  if (sort === '') return rows
  const sign = sort.startsWith('-') ? -1 : 1
  const by = sort.replace(/^-/, '')
  if (by === 'value') return rows.toSorted((a, b) => sign * (Number(a.value) - Number(b.value)))
  const label = by.replace('label:', '')
  return rows.toSorted(
    (a, b) => sign * (a.metric[label] ?? '').localeCompare(b.metric[label] ?? '', 'en', { numeric: true }),
  )
}
