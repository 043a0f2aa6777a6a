import { useQuery } from '@tanstack/react-query'
import { ChartBarBig, Columns3, Minus, Plus } from 'lucide-react'
import { useState } from 'react'
import { formatNumber, formatPercent } from '#console/format.ts'
import { IconButton } from '#console/ui/Button.tsx'
import { CodeBlock } from '#console/ui/CodeBlock.tsx'
import { Copy } from '#console/ui/Copy.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { ExactTime } from '#console/ui/Time.tsx'
import { LineText } from './LineText.tsx'
import { facetQuery, type Asked, type LogRow } from './queries.ts'
import { severityLook } from './severity.ts'
import { choose, chosenOf } from './terms.ts'

export interface LineDetailsProps {
  row: LogRow
  asked: Asked
  query: string
  columns: readonly string[]
  onQuery: (query: string) => void
  onColumns: (columns: string[]) => void
}

/** One line whole, and every field that came with it or was found in it. */
export function LineDetails({ row, ...page }: LineDetailsProps) {
  const { name, className } = severityLook[row.severity]
  const groups: [title: string, fields: Record<string, string>][] = [
    ['Fields of the line', row.fields],
    ['Came beside the line', row.metadata],
    ['Labels', row.labels],
  ]
  return (
    <div className="flex flex-col gap-4">
      <section aria-label="Line">
        <div className="mb-2 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
          <span className={className}>{name}</span>
          <span>{row.service}</span>
          <span className="text-muted">
            <ExactTime at={row.timestamp} />
          </span>
        </div>
        <div className="relative rounded-md border border-border bg-canvas">
          <pre
            // It may be longer than its box.
            tabIndex={0}
            aria-label="Line as it was stored"
            className="max-h-72 overflow-auto p-3 pr-10 font-mono text-sm leading-5 break-all whitespace-pre-wrap"
          >
            {row.line.split('\n').map((part, index) => (
              // Parts of one line never change places.
              // oxlint-disable-next-line react/no-array-index-key
              <span key={index} className="block">
                <LineText line={part} charactersMax={100_000} />
              </span>
            ))}
          </pre>
          <div className="absolute top-1.5 right-1.5 rounded-md bg-canvas">
            <Copy value={row.line} what="line" />
          </div>
        </div>
      </section>
      <Fields title="Basics" fields={{ service: row.service, level: row.severity }} page={page} />
      {groups.map(([title, fields]) => (
        <Fields key={title} title={title} fields={fields} page={page} />
      ))}
      <section aria-label="Identity">
        <h3 className="mb-1 text-sm font-medium text-muted">Identity</h3>
        <CodeBlock code={row.id} what="name of the line" wrap />
        <p className="mt-1 text-sm text-faint">{row.timestamp_ns} ns since 1970</p>
      </section>
    </div>
  )
}

type PageProps = Omit<LineDetailsProps, 'row'>

function Fields({ title, fields, page }: { title: string; fields: Record<string, string>; page: PageProps }) {
  const entries = Object.entries(fields)
  if (entries.length === 0) return null
  return (
    <section aria-label={title}>
      <h3 className="mb-1 text-sm font-medium text-muted">{title}</h3>
      <ul className="flex flex-col">
        {entries.map(([name, value]) => (
          <FieldRow key={name} name={name} value={value} page={page} />
        ))}
      </ul>
    </section>
  )
}

function FieldRow({ name, value, page }: { name: string; value: string; page: PageProps }) {
  const { asked, query, columns, onQuery, onColumns } = page
  const [isCounted, setCounted] = useState(false)
  const { included, excluded } = chosenOf(query, name)
  const isIncluded = included.includes(value)
  const isExcluded = excluded.includes(value)
  const isColumn = columns.includes(name)
  const isBasic = name === 'service' || name === 'level'
  return (
    <li className="border-b border-border py-1">
      <div className="flex flex-wrap items-start gap-x-2">
        <span className="w-32 shrink-0 py-0.5 font-mono text-sm break-all text-muted">{name}</span>
        <span className="min-w-32 flex-1 py-0.5 font-mono text-sm break-all">
          <LineText line={value} />
        </span>
        <span className="flex shrink-0">
          <IconButton
            icon={Plus}
            size="sm"
            label={`Only lines with this ${name}`}
            aria-pressed={isIncluded}
            onClick={() => onQuery(choose(query, name, value, isIncluded ? 'neither' : 'include'))}
            className="aria-pressed:text-link"
          />
          <IconButton
            icon={Minus}
            size="sm"
            label={`No lines with this ${name}`}
            aria-pressed={isExcluded}
            onClick={() => onQuery(choose(query, name, value, isExcluded ? 'neither' : 'exclude'))}
            className="aria-pressed:text-link"
          />
          <Copy value={value} what={name} />
          {!isBasic && (
            <IconButton
              icon={Columns3}
              size="sm"
              label={isColumn ? `Remove the column ${name}` : `Show ${name} as a column`}
              aria-pressed={isColumn}
              onClick={() => onColumns(isColumn ? columns.filter((other) => other !== name) : [...columns, name])}
              className="aria-pressed:text-link"
            />
          )}
          <IconButton
            icon={ChartBarBig}
            size="sm"
            label={`Commonest values of ${name}`}
            aria-expanded={isCounted}
            onClick={() => setCounted(!isCounted)}
            className="aria-expanded:text-link"
          />
        </span>
      </div>
      {isCounted && <TopValues asked={asked} field={name} />}
    </li>
  )
}

function TopValues({ asked, field }: { asked: Asked; field: string }) {
  const facet = useQuery(facetQuery(asked, field))
  if (facet.error) return <ErrorPanel error={facet.error} what="the values" onRetry={() => void facet.refetch()} />
  if (!facet.data) return <Skeleton className="h-24" />
  const { values, sampled } = facet.data
  return (
    <div className="mt-1 mb-2 rounded-md bg-canvas p-2 text-sm">
      <ol className="flex flex-col gap-1">
        {values.map(({ value, count }) => (
          <li key={value} className="relative flex gap-2 overflow-hidden rounded-sm px-1">
            <span
              aria-hidden="true"
              className="absolute inset-y-0 left-0 bg-accent/25"
              style={{ width: `${sampled > 0 ? (count / sampled) * 100 : 0}%` }}
            />
            <span className="relative min-w-0 flex-1 truncate font-mono">{value}</span>
            <span className="relative text-muted">{formatPercent(sampled > 0 ? (count / sampled) * 100 : 0)}</span>
            <span className="relative w-14 text-right">{formatNumber(count)}</span>
          </li>
        ))}
      </ol>
      <p className="mt-1 text-faint">Of the newest {formatNumber(sampled)} lines that match.</p>
    </div>
  )
}
