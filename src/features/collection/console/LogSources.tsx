import { useQuery } from '@tanstack/react-query'
import { Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { call } from '#console/client.ts'
import { formatNumber, plural } from '#console/format.ts'
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
import { toastDone } from '#console/ui/Toaster.tsx'
import { FilePanel } from './FilePanel.tsx'
import { Labels } from './Labels.tsx'
import { filesOf, logSourcesQuery, refreshMs, type LogSource } from './queries.ts'
import { SourceItems } from './SourceItems.tsx'
import { sourceKey, useRates } from './useRates.ts'

/** In the address: the form of a new one is open. */
const fresh = '*'

/** Where this server takes lines from by itself; what is sent to it has no source here. */
export function LogSources() {
  const sources = useQuery(logSourcesQuery)
  const rates = useRates(sources.data?.sources, sources.dataUpdatedAt)
  const mayChange = useCan()('settings:configure').reason
  const [{ file: opened }, setSearch] = useSearch({ file: text() })
  const [removing, setRemoving] = useState<string>()
  const changed = sources.data && filesOf(sources.data).find(({ name }) => name === opened)
  return (
    <Card
      title="Logs"
      padding="flush"
      aside={
        <>
          {sources.data && <StaleNote updatedAt={sources.dataUpdatedAt} intervalMs={refreshMs} />}
          <Button size="sm" icon={Plus} disabledReason={mayChange} onClick={() => setSearch({ file: fresh })}>
            Add files
          </Button>
        </>
      }
    >
      <Table
        label="Sources of logs"
        columns={columnsWith(rates)}
        rows={sources.data?.sources}
        rowKey={sourceKey}
        actions={({ kind, name }) => [
          {
            label: 'Change',
            icon: Pencil,
            onSelect: () => setSearch({ file: name }),
            disabledReason: mayChange ?? lockOf[kind],
          },
          'separator',
          {
            label: 'Remove',
            icon: Trash2,
            danger: true,
            onSelect: () => setRemoving(name),
            disabledReason: mayChange ?? lockOf[kind],
          },
        ]}
        error={sources.error}
        onRetry={() => void sources.refetch()}
        expectedRows={2}
        empty={
          <EmptyState kind="none" title="No logs are collected here">
            Lines that are sent to this server need no source.
          </EmptyState>
        }
      />
      {sources.data && mayChange === undefined && (changed !== undefined || opened === fresh) && (
        <FilePanel key={opened} all={sources.data} file={changed} onClose={() => setSearch({ file: '' })} />
      )}
      <ConfirmDialog
        open={removing !== undefined}
        onClose={() => setRemoving(undefined)}
        title="Remove files"
        confirm="Remove files"
        onConfirm={() => remove(removing!)}
      >
        The files of {removing} are read no more. What was read stays, and so do the files.
      </ConfirmDialog>
    </Card>
  )
}

/** From the list as it is now, whoever changed it last. */
async function remove(name: string): Promise<void> {
  const now = await call('GET /logs/sources')
  const others = filesOf(now).filter((file) => file.name !== name)
  await call('PUT /logs/sources', { body: { files: others, revision: now.revision } })
  await queryClient.invalidateQueries(logSourcesQuery)
  toastDone(`${name} was removed`)
}

const lockOf: Record<LogSource['kind'], string | undefined> = {
  own: 'It is switched by the setting logs_own',
  file: undefined,
  journal: 'It is switched by the setting logs_journal',
  docker: 'It is switched by the setting logs_docker',
}

const kinds: Record<LogSource['kind'], string> = {
  own: 'This server',
  file: 'Files',
  journal: 'systemd journal',
  docker: 'Docker',
}

function stateOf({ enabled, last_error, problems, kind, items_found }: LogSource): [StatusLevel, string] {
  if (!enabled) return ['unknown', 'Off']
  if (last_error !== null) return ['error', 'Failing']
  if (problems.length > 0) return ['warn', `${formatNumber(problems.length)} not read`]
  if (kind === 'file' && items_found === 0) return ['warn', 'No file found']
  return ['ok', 'Reading']
}

const columnsWith = (rates: ReadonlyMap<string, number>): Column<LogSource>[] => [
  {
    key: 'name',
    header: 'Source',
    primary: true,
    cell: ({ name, definition }) => (
      <>
        {name}
        {definition && (
          <span className="block font-mono text-sm font-normal break-all text-muted">{definition.path}</span>
        )}
      </>
    ),
  },
  { key: 'kind', header: 'Kind', cell: ({ kind }) => kinds[kind] },
  {
    key: 'state',
    header: 'State',
    cell: (source) => {
      const [level, word] = stateOf(source)
      return (
        <>
          <Status level={level}>{word}</Status>
          {source.last_error !== null && (
            <span className="block max-w-96 text-sm break-words text-muted">{source.last_error}</span>
          )}
        </>
      )
    },
  },
  { key: 'lines', header: 'Lines read', align: 'end', cell: ({ lines_read }) => formatNumber(lines_read) },
  {
    key: 'rate',
    header: 'Lines/s',
    align: 'end',
    cell: (source) => {
      const rate = rates.get(sourceKey(source))
      return rate === undefined ? '–' : formatNumber(Math.round(rate * 10) / 10)
    },
  },
  {
    key: 'labels',
    header: 'Labels',
    from: 'lg',
    cell: ({ definition }) => <Labels labels={definition?.labels ?? {}} />,
  },
  {
    key: 'items',
    header: 'Read now',
    cell: (source) =>
      source.items_found + source.problems.length === 0 ? (
        <span className="text-faint">–</span>
      ) : (
        <SourceItems source={source} summary={plural(source.items_found, unitOf(source))} />
      ),
  },
]

const unitOf = ({ kind }: LogSource): string => (kind === 'docker' ? 'container' : kind === 'file' ? 'file' : 'item')
