import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { ListChecks, Pencil, Plus, Send, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { askOnce } from '#console/askOnce.ts'
import { call } from '#console/client.ts'
import { formatDuration } from '#console/format.ts'
import { useShortcuts } from '#console/keyboard.ts'
import { useCan } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { Button } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx'
import { Dialog } from '#console/ui/Dialog.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Spinner } from '#console/ui/Spinner.tsx'
import { Status, type StatusLevel } from '#console/ui/Status.tsx'
import { Table, type Column } from '#console/ui/Table.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { toastDone } from '#console/ui/Toaster.tsx'
import { AlertsFrame, CreateLink } from '#features/alerts/console/index.ts'
import { channelKindWords } from './channelFields.ts'
import { channelsQuery, refresh, type Channel, type TestAnswer } from './queries.ts'

type Outcome = TestAnswer['outcome']

const outcomeWords: Record<Outcome, string> = {
  sent: 'Delivered',
  retry: 'Not now',
  refused: 'Refused',
  gone: 'Nobody is there',
}
const outcomeLevels: Record<Outcome, StatusLevel> = { sent: 'ok', retry: 'warn', refused: 'error', gone: 'error' }

/** By what people and programs are told. */
export default function ChannelsPage() {
  const navigate = useNavigate()
  const mayWrite = useCan()('alerts:write').reason
  const channels = useQuery(channelsQuery)
  const [deleting, setDeleting] = useState<Channel>()
  const [testing, setTesting] = useState<Channel>()
  useShortcuts([
    {
      keys: 'n',
      label: 'New channel',
      group: 'Page',
      run: () => {
        if (mayWrite === undefined) void navigate({ to: pb.channelNew() })
      },
    },
  ])
  return (
    <AlertsFrame
      title="Channels"
      lead="By what people and programs are told of alerts."
      actions={
        <CreateLink to={pb.channelNew()} icon={Plus}>
          New channel
        </CreateLink>
      }
    >
      <Card padding="flush">
        <Table
          label="Channels"
          columns={columnsFor(mayWrite, setTesting)}
          rows={channels.data?.channels}
          rowKey={({ id }) => id}
          onOpen={({ id }) => {
            if (mayWrite === undefined) void navigate({ to: pb.channelEdit(id) })
          }}
          actions={(channel) => [
            { label: 'Change', icon: Pencil, to: pb.channelEdit(channel.id), disabledReason: mayWrite },
            { label: 'Send a test', icon: Send, onSelect: () => setTesting(channel), disabledReason: mayWrite },
            {
              label: 'What it was sent',
              icon: ListChecks,
              to: `${pb.alerts('deliveries')}?channel=${encodeURIComponent(channel.id)}`,
            },
            'separator',
            {
              label: 'Delete',
              icon: Trash2,
              danger: true,
              onSelect: () => setDeleting(channel),
              disabledReason: mayWrite,
            },
          ]}
          error={channels.error}
          onRetry={() => void channels.refetch()}
          empty={
            <EmptyState kind="none" title="Nobody is told of alerts yet">
              They are shown here, and kept. With a channel they reach people by e-mail, Slack, SMS, PagerDuty or a
              webhook.
            </EmptyState>
          }
        />
      </Card>
      <TestDialog key={testing?.id} channel={testing} onClose={() => setTesting(undefined)} />
      <ConfirmDialog
        open={deleting !== undefined}
        onClose={() => setDeleting(undefined)}
        title="Delete channel"
        confirm="Delete channel"
        onConfirm={async () => {
          await call('DELETE /notifications/channels/{channel_id}', { params: { channel_id: deleting!.id } })
          await refresh('channels')
          toastDone(`${deleting!.name} was deleted`)
        }}
      >
        Nothing is sent by <span dir="auto">{deleting?.name}</span> any more. What was sent stays in the deliveries.
      </ConfirmDialog>
    </AlertsFrame>
  )
}

const columnsFor = (mayWrite: string | undefined, onTest: (channel: Channel) => void): Column<Channel>[] => [
  {
    key: 'name',
    header: 'Channel',
    primary: true,
    width: '26%',
    cell: ({ id, name }) =>
      mayWrite === undefined ? (
        <Link to={pb.channelEdit(id)} dir="auto" className="break-words hover:underline">
          {name}
        </Link>
      ) : (
        <span dir="auto" className="break-words">
          {name}
        </span>
      ),
  },
  { key: 'kind', header: 'Kind', cell: ({ kind }) => channelKindWords[kind] },
  { key: 'target', header: 'Sends to', cell: ({ target }) => <span className="break-all">{target}</span> },
  {
    key: 'state',
    header: 'State',
    cell: ({ enabled }) => <Status level={enabled ? 'ok' : 'unknown'}>{enabled ? 'On' : 'Off'}</Status>,
  },
  { key: 'last', header: 'Last message', cell: ({ last_delivery }) => <Last delivery={last_delivery} /> },
  {
    key: 'test',
    header: 'Test',
    cell: (channel) => (
      <Button
        size="sm"
        icon={Send}
        aria-label={`Send test by ${channel.name}`}
        disabledReason={mayWrite}
        onClick={() => onTest(channel)}
        className="max-md:!h-9"
      >
        Send test
      </Button>
    ),
  },
]

const Last = ({ delivery }: { delivery: Channel['last_delivery'] }) =>
  delivery === null ? (
    <span className="text-faint">none yet</span>
  ) : (
    <span className="flex min-w-0 flex-col py-1">
      <span className="flex flex-wrap items-center gap-x-2">
        <Status level={outcomeLevels[delivery.outcome]}>{outcomeWords[delivery.outcome]}</Status>
        {delivery.status !== null && <span className="text-sm text-muted tabular-nums">{delivery.status}</span>}
        <span className="text-sm text-muted">
          <TimeAgo at={delivery.at} />
        </span>
      </span>
      {delivery.outcome !== 'sent' && (
        <span className="line-clamp-2 text-sm break-words text-muted">{delivery.detail}</span>
      )}
    </span>
  )

/** Sends as soon as it opens, and prints what the other side said. */
function TestDialog({ channel, onClose }: { channel: Channel | undefined; onClose: () => void }) {
  return (
    <Dialog open={channel !== undefined} onClose={onClose} title={`Test of ${channel?.name ?? ''}`}>
      {channel && <Test channel={channel} onClose={onClose} />}
    </Dialog>
  )
}

function Test({ channel, onClose }: { channel: Channel; onClose: () => void }) {
  const test = useQuery({
    queryKey: ['channel-test', channel.id],
    queryFn: async () => {
      const answer = await call('POST /notifications/channels/{channel_id}/test', {
        params: { channel_id: channel.id },
      })
      void refresh('channels')
      return answer
    },
    ...askOnce,
  })
  return (
    <div className="flex flex-col gap-3">
      <div role="status">
        {test.isFetching ? (
          <p className="flex items-center gap-2 text-muted">
            <Spinner /> A message marked as a test is on its way to {channel.target}
          </p>
        ) : test.data ? (
          <Answer answer={test.data} />
        ) : (
          test.error && <ErrorPanel error={test.error} />
        )}
      </div>
      <div className="flex flex-wrap justify-end gap-2">
        <Button icon={Send} busy={test.isFetching} onClick={() => void test.refetch()}>
          Send again
        </Button>
        <Button variant="primary" onClick={onClose}>
          Close
        </Button>
      </div>
    </div>
  )
}

const Answer = ({ answer: { outcome, status, detail, duration_ms } }: { answer: TestAnswer }) => (
  <>
    <p className="flex flex-wrap items-center gap-2">
      <Status level={outcomeLevels[outcome]}>{outcomeWords[outcome]}</Status>
      {status !== null && <span className="tabular-nums">{status}</span>}
      <span className="text-muted">after {formatDuration(duration_ms)}</span>
    </p>
    <p className="mt-2 text-sm text-muted">The other side said:</p>
    <pre
      tabIndex={0}
      aria-label="Answer of the other side"
      className="mt-1 max-h-64 overflow-auto rounded-md border border-border bg-canvas p-2 font-mono text-sm break-words whitespace-pre-wrap"
    >
      {detail || '(nothing)'}
    </pre>
  </>
)
