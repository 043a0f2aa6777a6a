import { useQuery } from '@tanstack/react-query'
import { RotateCw } from 'lucide-react'
import { call } from '#console/client.ts'
import { formatDuration, formatNumber } from '#console/format.ts'
import { useCan } from '#console/me.ts'
import { integer, maybeOneOf, text, useSearch } from '#console/search.ts'
import { Button } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { CodeBlock } from '#console/ui/CodeBlock.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Facts } from '#console/ui/Facts.tsx'
import { FilterBar } from '#console/ui/FilterBar.tsx'
import { Pagination } from '#console/ui/Pagination.tsx'
import { PeekPanel, usePeek } from '#console/ui/PeekPanel.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { Status, type StatusLevel } from '#console/ui/Status.tsx'
import { Table, type Column } from '#console/ui/Table.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { toastDone, toastError } from '#console/ui/Toaster.tsx'
import { AlertsFrame } from '#features/alerts/console/index.ts'
import { channelsQuery, deliveriesQuery, deliveryQuery, perPage, refresh, type Delivery } from './queries.ts'

const states = ['waiting', 'sending', 'sent', 'dead'] as const
const searchParams = { state: maybeOneOf(states), channel: text(), alert: text(), offset: integer(0) }

const stateWords: Record<Delivery['state'], string> = {
  waiting: 'Waiting',
  sending: 'Sending',
  sent: 'Delivered',
  dead: 'Given up',
}
const stateLevels: Record<Delivery['state'], StatusLevel> = {
  waiting: 'unknown',
  sending: 'unknown',
  sent: 'ok',
  dead: 'error',
}

/** Every message, to whom, and how that went. */
export default function DeliveriesPage() {
  const [{ state, channel, alert, offset }, setSearch] = useSearch(searchParams)
  const channels = useQuery(channelsQuery)
  const deliveries = useQuery(deliveriesQuery({ state, channel_id: channel, alert_id: alert, offset }))
  const mayWrite = useCan()('alerts:write').reason
  const rows = deliveries.data?.deliveries
  const peek = usePeek((rows ?? []).map(({ id }) => id))
  return (
    <AlertsFrame title="Deliveries" lead="Every message, to whom it went, and what the other side said.">
      <FilterBar
        filters={[
          {
            key: 'state',
            label: 'State',
            single: true,
            options: states.map((value) => ({ value, label: stateWords[value] })),
            value: state ? [state] : [],
            onChange: ([next]) => setSearch({ state: states.find((known) => known === next), offset: 0 }),
          },
          {
            key: 'channel',
            label: 'Channel',
            single: true,
            options: (channels.data?.channels ?? []).map(({ id, name }) => ({ value: id, label: name })),
            value: channel ? [channel] : [],
            onChange: ([next = '']) => setSearch({ channel: next, offset: 0 }),
          },
        ]}
      >
        {alert && (
          <Button onClick={() => setSearch({ alert: '', offset: 0 })}>Of one alert only; show those of all</Button>
        )}
      </FilterBar>
      <Card padding="flush">
        <Table
          label="Deliveries"
          columns={columns(peek.open)}
          rows={rows}
          rowKey={({ id }) => id}
          current={peek.id}
          onOpen={({ id }) => peek.open(id)}
          actions={(delivery) => [
            {
              label: 'Send again',
              icon: RotateCw,
              onSelect: () => void replay(delivery),
              disabledReason: mayWrite ?? whyNotReplay(delivery),
            },
          ]}
          error={deliveries.error}
          onRetry={() => void deliveries.refetch()}
          empty={
            state || channel || alert ? (
              <EmptyState
                kind="filtered"
                title="No delivery matches"
                action={
                  <Button onClick={() => setSearch({ state: undefined, channel: '', alert: '', offset: 0 })}>
                    Show all
                  </Button>
                }
              />
            ) : (
              <EmptyState kind="none" title="Nothing was sent yet">
                Once an alert fires and a route leads to a channel, its message stands here.
              </EmptyState>
            )
          }
        />
        {deliveries.data && deliveries.data.total > perPage && (
          <Pagination
            offset={offset}
            limit={perPage}
            total={deliveries.data.total}
            onOffset={(next) => setSearch({ offset: next })}
          />
        )}
      </Card>
      <PeekPanel peek={peek} title="Delivery">
        {peek.id && <Peeked id={peek.id} mayWrite={mayWrite} />}
      </PeekPanel>
    </AlertsFrame>
  )
}

const columns = (onOpen: (id: string) => void): Column<Delivery>[] => [
  {
    key: 'title',
    header: 'Message',
    primary: true,
    width: '32%',
    cell: ({ id, title, status, alert_count }) => (
      <span className="flex min-w-0 flex-wrap items-center gap-x-2 py-1">
        <button
          type="button"
          dir="auto"
          onClick={() => onOpen(id)}
          className="min-w-0 rounded-sm text-left break-words hover:underline"
        >
          {title}
        </button>
        <span className="text-sm font-normal text-muted">
          {status}
          {alert_count > 1 && `, ${formatNumber(alert_count)} alerts`}
        </span>
      </span>
    ),
  },
  { key: 'channel', header: 'Channel', cell: ({ channel_name }) => channel_name },
  { key: 'state', header: 'State', cell: (delivery) => <State delivery={delivery} /> },
  { key: 'reason', header: 'Because', from: 'lg', cell: ({ reason }) => reason },
  { key: 'attempts', header: 'Attempts', align: 'end', cell: ({ attempt_count }) => attempt_count },
  { key: 'created', header: 'Made', cell: ({ created_at }) => <TimeAgo at={created_at} /> },
]

const State = ({ delivery: { state, last_status, last_detail, next_attempt_at } }: { delivery: Delivery }) => (
  <span className="flex min-w-0 flex-col py-1">
    <span className="flex flex-wrap items-center gap-x-2">
      <Status level={stateLevels[state]} busy={state === 'sending'}>
        {stateWords[state]}
      </Status>
      {last_status !== null && <span className="text-sm text-muted tabular-nums">{last_status}</span>}
    </span>
    {state !== 'sent' && last_detail && (
      <span className="line-clamp-2 text-sm break-words text-muted">{last_detail}</span>
    )}
    {state === 'waiting' && next_attempt_at && (
      <span className="text-sm text-muted">
        next attempt <TimeAgo at={next_attempt_at} />
      </span>
    )}
  </span>
)

const whyNotReplay = ({ state }: Pick<Delivery, 'state'>): string | undefined =>
  state === 'sent' || state === 'dead' ? undefined : 'It is on its way already'

async function replay({ id, channel_name }: Pick<Delivery, 'id' | 'channel_name'>): Promise<void> {
  try {
    await call('POST /notifications/deliveries/{delivery_id}/replay', { params: { delivery_id: id } })
    toastDone(`On its way to ${channel_name} again`)
  } catch (error) {
    toastError(error)
  }
  await refresh('deliveries')
}

function Peeked({ id, mayWrite }: { id: string; mayWrite: string | undefined }) {
  const delivery = useQuery(deliveryQuery(id))
  if (delivery.error)
    return <ErrorPanel error={delivery.error} what="the delivery" onRetry={() => void delivery.refetch()} />
  if (!delivery.data) return <Skeleton className="h-64 w-full" />
  const { data } = delivery
  return (
    <div className="flex flex-col gap-4">
      <Facts
        facts={[
          ['Message', data.title],
          ['Channel', data.channel_name],
          ['State', <State key="state" delivery={data} />],
          ['Because', data.reason],
          ['Made', <TimeAgo key="made" at={data.created_at} focusable />],
          [
            'Id',
            <code key="id" className="font-mono text-sm break-all">
              {data.id}
            </code>,
          ],
        ]}
      />
      <div>
        <Button icon={RotateCw} disabledReason={mayWrite ?? whyNotReplay(data)} onClick={() => void replay(data)}>
          Send again
        </Button>
      </div>
      <section aria-label="Attempts">
        <h3 className="mb-1 font-medium">Attempts</h3>
        {data.attempts.length === 0 && <p className="text-muted">None yet.</p>}
        <ol className="flex flex-col gap-2">
          {data.attempts.map(({ number, at, duration_ms, outcome, status, detail }) => (
            <li key={number} className="text-sm">
              <span className="font-medium">
                {number}. {outcome} {status}
              </span>{' '}
              <span className="text-muted">
                <TimeAgo at={at} focusable />, {formatDuration(duration_ms)}
              </span>
              <p className="break-words text-muted">{detail}</p>
            </li>
          ))}
        </ol>
      </section>
      <section aria-label="What was told">
        <h3 className="mb-1 font-medium">What was told</h3>
        <CodeBlock what="message" code={JSON.stringify(data.notification, null, 2)} />
      </section>
    </div>
  )
}
