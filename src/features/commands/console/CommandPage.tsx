import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Ban, Check, RotateCcw, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { hasCode } from '#console/errors.ts'
import { formatDuration } from '#console/format.ts'
import { useCan } from '#console/me.ts'
import { usePageName } from '#console/pageName.ts'
import { pb } from '#console/paths.ts'
import { Button, ButtonLink } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { CardSkeletons } from '#console/ui/CardSkeletons.tsx'
import { Copy } from '#console/ui/Copy.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Facts } from '#console/ui/Facts.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { StatusShape } from '#console/ui/Status.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { againAddress } from './again.ts'
import { CommandStatusMark } from './CommandStatusMark.tsx'
import { OutputLog } from './OutputLog.tsx'
import { commandQuery, useLiveCommands, writers, type Command } from './queries.ts'
import { useCommandActions, whyNotDecide, type CommandActions } from './useCommandActions.tsx'
import { isOver, whyNotCancel } from './words.ts'

export default function CommandPage() {
  const { id = '' } = useParams({ strict: false })
  const command = useQuery(commandQuery(id))
  useLiveCommands()
  usePageName(command.data?.command)
  if (command.data) return <KnownCommand key={id} command={command.data} />
  return (
    <>
      <PageHeader title="Command" />
      {!command.error && <CardSkeletons rows={[{ cards: 1, height: 480 }]} />}
      {command.error &&
        (hasCode(command.error, 'RESOURCE_NOT_FOUND') ? (
          <NoSuchCommand />
        ) : (
          <ErrorPanel error={command.error} what="the command" onRetry={() => void command.refetch()} />
        ))}
    </>
  )
}

const NoSuchCommand = () => (
  <Card>
    <EmptyState
      kind="none"
      title="There is no such command"
      action={<ButtonLink to={pb.commands()}>All commands</ButtonLink>}
    >
      It is too old to be kept, or it is somebody else&apos;s.
    </EmptyState>
  </Card>
)

function KnownCommand({ command }: { command: Command }) {
  const navigate = useNavigate()
  const actions = useCommandActions((again) => void navigate(againAddress(again)))
  return (
    <>
      <PageHeader
        title={
          <code dir="auto" title={command.command} className="line-clamp-3 font-mono text-lg break-all">
            {command.command}
          </code>
        }
        aside={
          <>
            <Copy value={command.command} what="command" />
            <CommandStatusMark command={command} />
          </>
        }
        actions={<Buttons command={command} actions={actions} />}
      />
      {command.status === 'awaiting_approval' && <WaitsForApproval command={command} />}
      <div className="grid grid-cols-[minmax(0,1fr)_300px] items-start gap-3 max-lg:grid-cols-1">
        <Card title="Output">
          <OutputLog command={command} height="min(60dvh, 560px)" />
        </Card>
        <About command={command} />
      </div>
      {actions.dialogs}
    </>
  )
}

function Buttons({ command, actions }: { command: Command; actions: CommandActions }) {
  const can = useCan()
  const mayDecide = can('commands:approve').ok && command.status === 'awaiting_approval'
  return (
    <>
      {mayDecide && (
        <>
          <Button
            icon={Check}
            variant="primary"
            disabledReason={whyNotDecide(command)}
            onClick={() => void actions.approve(command)}
          >
            Approve
          </Button>
          <Button icon={X} disabledReason={whyNotDecide(command)} onClick={() => actions.reject(command)}>
            Reject
          </Button>
        </>
      )}
      {!isOver(command.status) && (
        <Button icon={Ban} disabledReason={whyNotCancel(command)} onClick={() => void actions.cancel(command)}>
          Cancel
        </Button>
      )}
      {can(writers).ok && (
        <ButtonLink {...againAddress(command)} icon={RotateCcw}>
          Run again
        </ButtonLink>
      )}
    </>
  )
}

const WaitsForApproval = ({ command: { can_approve, user } }: { command: Command }) => (
  <p className="mb-3 flex items-start gap-2 rounded-md border border-info/40 bg-surface px-3 py-2">
    <span className="pt-1.5">
      <StatusShape level="info" />
    </span>
    {can_approve
      ? `${user} asks for this. It is run once you approve it.`
      : 'It is run once another person who holds the permission commands:approve agrees.'}
  </p>
)

const Told = ({ text }: { text: string }) => (
  <span dir="auto" className="break-words whitespace-pre-wrap">
    {text}
  </span>
)

function About({ command }: { command: Command }) {
  const { user, session_id, session_name, runner_name, approved_by, exit_code, duration_ms, detail, type } = command
  const time = (name: string, at: string | null): [string, ReactNode][] =>
    at === null ? [] : [[name, <TimeAgo key={name} at={at} focusable />]]
  const facts: [string, ReactNode][] = [
    ['By', <Told key="by" text={user} />],
    ...time('When', command.created_at),
    [
      'Session',
      session_id === null ? (
        'none'
      ) : (
        <Link key="session" to={pb.session(session_id)} dir="auto" className="rounded-sm text-link hover:underline">
          {session_name ?? 'deleted'}
        </Link>
      ),
    ],
    ['Runner', <Told key="runner" text={runner_name ?? 'forgotten'} />],
    ...(approved_by === null
      ? []
      : [[command.status === 'rejected' ? 'Rejected by' : 'Approved by', approved_by] satisfies [string, ReactNode]]),
    ...(isOver(command.status) ? [] : time('Deadline', command.deadline_at)),
    ...time('Delivered', command.delivered_at),
    ...time('Started', command.started_at),
    ...time('Ended', command.ended_at),
    ['Duration', duration_ms === null ? '–' : formatDuration(duration_ms)],
    ['Exit', exit_code ?? '–'],
    ...(detail === null ? [] : [['Detail', <Told key="detail" text={detail} />] satisfies [string, ReactNode]]),
    ['Meant as', <Told key="type" text={type} />],
  ]
  return (
    <Card title="About">
      <Facts facts={facts} />
    </Card>
  )
}
