import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useMemo, useState } from 'react'
import { formatNumber } from '#console/format.ts'
import { Dialog } from '#console/ui/Dialog.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Input, Select } from '#console/ui/Field.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { metadataQuery, metricNamesQuery } from '#console/promql/names.ts'
import { described, expressionOf, matching, type DescribedMetric } from './metricSearch.ts'

interface MetricBrowserProps {
  open: boolean
  onClose: () => void
  onChoose: (expression: string) => void
}

const shownMax = 100

/** All metrics of the last day, found by name, help or type. */
export function MetricBrowser({ open, onClose, onChoose }: MetricBrowserProps) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Metrics"
      lead="What had a sample in the last day. Counters are put in as their rate."
      size="lg"
    >
      <Search onChoose={onChoose} />
    </Dialog>
  )
}

function Search({ onChoose }: Pick<MetricBrowserProps, 'onChoose'>) {
  const [text, setText] = useState('')
  const [type, setType] = useState('')
  const names = useQuery(metricNamesQuery)
  const metadata = useQuery(metadataQuery)
  const metrics = useMemo(
    () => names.data && metadata.data && described(names.data, metadata.data),
    [names.data, metadata.data],
  )
  const wanted = useDeferredValue(text)
  const found = useMemo(() => metrics && matching(metrics, wanted, type), [metrics, wanted, type])
  const error = names.error ?? metadata.error
  if (error && !found) return <ErrorPanel error={error} what="the metrics" onRetry={() => void names.refetch()} />
  const types = [...new Set(metrics?.map((metric) => metric.type))].toSorted()
  return (
    <>
      <div className="mb-2 flex gap-2">
        <Input
          type="search"
          aria-label="Search metrics"
          placeholder="Name or what it means"
          autoFocus
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <div className="w-40 shrink-0">
          <Select
            aria-label="Type"
            value={type}
            onChange={({ target }) => setType(target.value)}
            options={[{ value: '', label: 'All types' }, ...types.map((value) => ({ value, label: value }))]}
          />
        </div>
      </div>
      <p role="status" className="mb-1 text-sm text-faint">
        {found && `${formatNumber(found.length)} of ${formatNumber(metrics?.length ?? 0)}`}
        {found && found.length > shownMax && `, the first ${shownMax} shown`}
      </p>
      {found ? <Found metrics={found.slice(0, shownMax)} onChoose={onChoose} /> : <Skeleton className="h-40" />}
    </>
  )
}

const Found = ({ metrics, onChoose }: { metrics: DescribedMetric[]; onChoose: (expression: string) => void }) => (
  <ul aria-label="Metrics" className="min-h-40">
    {metrics.map((metric) => (
      <li key={metric.name} className="border-t border-border first:border-t-0">
        <button
          type="button"
          onClick={() => onChoose(expressionOf(metric))}
          className="w-full rounded-sm px-1 py-1.5 text-left hover:bg-hover"
        >
          <span className="font-mono text-sm break-all">{metric.name}</span>{' '}
          <span className="text-sm text-faint">{metric.type}</span>
          {metric.help && <span className="block text-sm text-muted">{metric.help}</span>}
        </button>
      </li>
    ))}
  </ul>
)
