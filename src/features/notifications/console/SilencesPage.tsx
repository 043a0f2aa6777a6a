import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { BellPlus, Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { call } from '#console/client.ts'
import { formatNumber, formatSpan } from '#console/format.ts'
import { useShortcuts } from '#console/keyboard.ts'
import { useCan } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { integer, oneOf, useSearch } from '#console/search.ts'
import { Button } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { Pagination } from '#console/ui/Pagination.tsx'
import { Segments } from '#console/ui/Segments.tsx'
import { Status, type StatusLevel } from '#console/ui/Status.tsx'
import { Table, type Column } from '#console/ui/Table.tsx'
import { TimeAgo, useNow } from '#console/ui/Time.tsx'
import { toastDone, toastError } from '#console/ui/Toaster.tsx'
import { AlertsFrame, CreateLink, matcherText } from '#features/alerts/console/index.ts'
import { perPage, refresh, silencesQuery, type Silence } from './queries.ts'

const states = ['active', 'pending', 'expired', 'all'] as const
const searchParams = { state: oneOf(states, 'active'), offset: integer(0) }

const stateWords: Record<(typeof states)[number], string> = {
  active: 'In force',
  pending: 'Later',
  expired: 'Over',
  all: 'All',
}
const stateLevels: Record<Silence['state'], StatusLevel> = { active: 'info', pending: 'unknown', expired: 'unknown' }

/** Alerts that nobody is told of, until when, and why. */
export default function SilencesPage() {
  const [{ state, offset }, setSearch] = useSearch(searchParams)
  const navigate = useNavigate()
  const mayWrite = useCan()('alerts:write').reason
  const silences = useQuery(silencesQuery(state === 'all' ? undefined : state, offset))
  const [deleting, setDeleting] = useState<Silence>()
  useShortcuts([
    {
      keys: 'n',
      label: 'New silence',
      group: 'Page',
      run: () => {
        if (mayWrite === undefined) void navigate({ to: pb.silenceNew() })
      },
    },
  ])
  return (
    <AlertsFrame
      title="Silences"
      lead="Alerts that are still evaluated and shown, but of which nobody is told."
      actions={
        <>
          <Segments
            label="Which silences"
            value={state}
            options={states.map((value) => ({ value, label: stateWords[value] }))}
            onChange={(next) => setSearch({ state: next, offset: 0 })}
          />
          <CreateLink to={pb.silenceNew()} icon={BellPlus}>
            New silence
          </CreateLink>
        </>
      }
    >
      <Card padding="flush">
        <Table
          label="Silences"
          columns={columnsFor(mayWrite)}
          rows={silences.data?.silences}
          rowKey={({ id }) => id}
          actions={(silence) => [
            {
              label: 'Change',
              icon: Pencil,
              to: pb.silenceEdit(silence.id),
              disabledReason: mayWrite ?? (silence.state === 'expired' ? 'It is over' : undefined),
            },
            {
              label: 'Delete',
              icon: Trash2,
              danger: true,
              onSelect: () => setDeleting(silence),
              disabledReason: mayWrite,
            },
          ]}
          error={silences.error}
          onRetry={() => void silences.refetch()}
          empty={
            state === 'active' || state === 'all' ? (
              <EmptyState kind="none" title={state === 'active' ? 'Nothing is silenced' : 'There was no silence yet'}>
                For planned work: choose alerts by their labels, until when, and say why.
              </EmptyState>
            ) : (
              <EmptyState
                kind="filtered"
                title="No such silence"
                action={<Button onClick={() => setSearch({ state: 'all', offset: 0 })}>Show all</Button>}
              />
            )
          }
        />
        {silences.data && silences.data.total > perPage && (
          <Pagination
            offset={offset}
            limit={perPage}
            total={silences.data.total}
            onOffset={(next) => setSearch({ offset: next })}
          />
        )}
      </Card>
      <ConfirmDialog
        open={deleting !== undefined}
        onClose={() => setDeleting(undefined)}
        title="Delete silence"
        confirm="Delete silence"
        onConfirm={async () => {
          await call('DELETE /notifications/silences/{silence_id}', { params: { silence_id: deleting!.id } })
          await refresh('silences')
        }}
      >
        It ends at once, and no longer stands in the list. To end it and keep it there, use End now.
      </ConfirmDialog>
    </AlertsFrame>
  )
}

const columnsFor = (mayWrite: string | undefined): Column<Silence>[] => [
  {
    key: 'matchers',
    header: 'Alerts with',
    primary: true,
    width: '34%',
    cell: ({ matchers }) => (
      <span className="flex flex-wrap gap-1 py-1">
        {matchers.map((matcher) => (
          <code key={matcherText(matcher)} className="rounded-sm bg-hover px-1 font-mono text-xs break-all">
            {matcherText(matcher)}
          </code>
        ))}
      </span>
    ),
  },
  {
    key: 'state',
    header: 'State',
    cell: ({ state }) => <Status level={stateLevels[state]}>{stateWords[state]}</Status>,
  },
  {
    key: 'matched',
    header: 'Fit now',
    align: 'end',
    cell: ({ matched_now, state }) => (state === 'expired' ? '–' : formatNumber(matched_now)),
  },
  { key: 'ends', header: 'Ends', cell: (silence) => <Ends silence={silence} disabledReason={mayWrite} /> },
  {
    key: 'reason',
    header: 'Why',
    cell: ({ reason }) => (
      <span dir="auto" className="line-clamp-2 break-words" title={reason}>
        {reason}
      </span>
    ),
  },
  { key: 'by', header: 'By', from: 'lg', cell: ({ created_by }) => created_by },
]

function Ends({
  silence: { id, state, starts_at, ends_at },
  disabledReason,
}: {
  silence: Silence
  disabledReason: string | undefined
}) {
  const nowMs = useNow()
  if (state === 'expired') return <TimeAgo at={ends_at} />
  return (
    <span className="flex flex-wrap items-center gap-2">
      <span className="whitespace-nowrap">
        {state === 'pending' && (
          <>
            begins <TimeAgo at={starts_at} />, lasts {formatSpan(Date.parse(ends_at) - Date.parse(starts_at))}
          </>
        )}
        {state === 'active' && `in ${formatSpan(Math.max(0, Date.parse(ends_at) - nowMs))}`}
      </span>
      <Button size="sm" disabledReason={disabledReason} onClick={() => void expire(id)}>
        End now
      </Button>
    </span>
  )
}

async function expire(id: string): Promise<void> {
  try {
    await call('POST /notifications/silences/{silence_id}/expire', { params: { silence_id: id } })
    toastDone('The silence has ended')
  } catch (error) {
    toastError(error)
  }
  await refresh('silences')
}
