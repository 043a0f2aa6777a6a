import { useQuery } from '@tanstack/react-query'
import { formatDuration, formatNumber } from '#console/format.ts'
import { Card } from '#console/ui/Card.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { StaleNote } from '#console/ui/StaleNote.tsx'
import { Status, type StatusLevel } from '#console/ui/Status.tsx'
import { Table, type Column } from '#console/ui/Table.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { Labels } from './Labels.tsx'
import { refreshMs, scrapeTargetsQuery, type ScrapeTarget } from './queries.ts'

/** Whose metrics this server fetches, and how that goes. */
export function ScrapeTargets() {
  const targets = useQuery(scrapeTargetsQuery)
  return (
    <Card
      title="Metrics"
      padding="flush"
      aside={targets.data && <StaleNote updatedAt={targets.dataUpdatedAt} intervalMs={refreshMs} />}
    >
      <Table
        label="Scrape targets"
        columns={columns}
        rows={targets.data}
        rowKey={({ source, job, url, labels }) => JSON.stringify([source, job, url, labels])}
        error={targets.error}
        onRetry={() => void targets.refetch()}
        expectedRows={3}
        empty={
          <EmptyState kind="none" title="Nothing is scraped">
            Targets come from scrape_config_file and from PUT /metrics/targets.
          </EmptyState>
        }
      />
    </Card>
  )
}

const states: Record<ScrapeTarget['health'], [StatusLevel, string]> = {
  up: ['ok', 'Up'],
  down: ['error', 'Down'],
  unknown: ['unknown', 'Not asked yet'],
}

const columns: Column<ScrapeTarget>[] = [
  {
    key: 'job',
    header: 'Target',
    primary: true,
    cell: ({ job, url }) => (
      <>
        {job}
        <span className="block font-mono text-sm font-normal break-all text-muted">{url}</span>
      </>
    ),
  },
  {
    key: 'health',
    header: 'State',
    cell: ({ health, last_error }) => (
      <>
        <Status level={states[health][0]}>{states[health][1]}</Status>
        {last_error !== null && <span className="block max-w-96 text-sm break-words text-muted">{last_error}</span>}
      </>
    ),
  },
  { key: 'last', header: 'Last scrape', cell: ({ last_scrape_at }) => <TimeAgo at={last_scrape_at} /> },
  {
    key: 'took',
    header: 'Took',
    align: 'end',
    cell: ({ last_duration_ms }) => (last_duration_ms === null ? '–' : formatDuration(last_duration_ms)),
  },
  { key: 'samples', header: 'Samples', align: 'end', cell: ({ samples }) => formatNumber(samples) },
  { key: 'every', header: 'Every', align: 'end', cell: ({ interval_seconds }) => `${interval_seconds} s` },
  { key: 'labels', header: 'Labels', from: 'lg', cell: ({ labels }) => <Labels labels={labels} /> },
  { key: 'source', header: 'Set in', from: 'xl', cell: ({ source }) => (source === 'file' ? 'File' : 'Console') },
]
