import { useQuery } from '@tanstack/react-query'
import { Pencil, Plus, Send, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { call } from '#console/client.ts'
import { formatDuration, formatNumber } from '#console/format.ts'
import { useCan } from '#console/me.ts'
import { queryClient } from '#console/queryClient.ts'
import { text, useSearch } from '#console/search.ts'
import { Button } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { StaleNote } from '#console/ui/StaleNote.tsx'
import { Status, type StatusLevel } from '#console/ui/Status.tsx'
import { Table, type Column } from '#console/ui/Table.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { Labels } from './Labels.tsx'
import { inputOf, ownTargets, refreshMs, scrapeTargetsQuery, targetKey, type ScrapeTarget } from './queries.ts'
import { TargetPanel } from './TargetPanel.tsx'
import { TargetTestDialog } from './TargetTest.tsx'

/** In the address: the form of a new one is open. */
const fresh = 'new'

/** Whose metrics this server fetches, and how that goes. */
export function ScrapeTargets() {
  const targets = useQuery(scrapeTargetsQuery)
  const mayChange = useCan()('settings:configure').reason
  const [{ target: opened }, setSearch] = useSearch({ target: text() })
  const [removing, setRemoving] = useState<ScrapeTarget>()
  const [testing, setTesting] = useState<ScrapeTarget>()
  const changed = targets.data?.targets.find((one) => targetKey(one) === opened && one.source === 'console')
  const lockOf = ({ source }: ScrapeTarget): string | undefined =>
    mayChange ?? (source === 'file' ? 'It is set in the file that scrape_config_file names' : undefined)
  return (
    <Card
      title="Metrics"
      padding="flush"
      aside={
        <>
          {targets.data && <StaleNote updatedAt={targets.dataUpdatedAt} intervalMs={refreshMs} />}
          <Button size="sm" icon={Plus} disabledReason={mayChange} onClick={() => setSearch({ target: fresh })}>
            Add target
          </Button>
        </>
      }
    >
      <Table
        label="Scrape targets"
        columns={columns}
        rows={targets.data?.targets}
        rowKey={targetKey}
        actions={(target) => [
          {
            label: 'Change',
            icon: Pencil,
            onSelect: () => setSearch({ target: targetKey(target) }),
            disabledReason: lockOf(target),
          },
          { label: 'Test now', icon: Send, onSelect: () => setTesting(target), disabledReason: mayChange },
          'separator',
          {
            label: 'Remove',
            icon: Trash2,
            danger: true,
            onSelect: () => setRemoving(target),
            disabledReason: lockOf(target),
          },
        ]}
        error={targets.error}
        onRetry={() => void targets.refetch()}
        expectedRows={3}
        empty={
          <EmptyState kind="none" title="Nothing is scraped">
            Add the address of a program that tells its metrics as Prometheus reads them, or name a file of targets by
            scrape_config_file.
          </EmptyState>
        }
      />
      {targets.data && mayChange === undefined && (changed !== undefined || opened === fresh) && (
        <TargetPanel key={opened} all={targets.data} target={changed} onClose={() => setSearch({ target: '' })} />
      )}
      <TargetTestDialog target={testing} onClose={() => setTesting(undefined)} />
      <ConfirmDialog
        open={removing !== undefined}
        onClose={() => setRemoving(undefined)}
        title="Remove target"
        confirm="Remove target"
        onConfirm={() => remove(removing!)}
      >
        <span className="break-all">{removing?.url}</span> is asked no more. What it told so far stays.
      </ConfirmDialog>
    </Card>
  )
}

/** From the list as it is now, whoever changed it last. */
async function remove(target: ScrapeTarget): Promise<void> {
  const now = await call('GET /metrics/targets')
  const others = ownTargets(now).filter((one) => targetKey(one) !== targetKey(target))
  await call('PUT /metrics/targets', { body: { targets: others.map(inputOf), revision: now.revision } })
  await queryClient.invalidateQueries(scrapeTargetsQuery)
  toastDone(`${target.job} was removed`)
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
