import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { ChevronDown } from 'lucide-react'
import { useState, type FunctionComponent, type ReactNode } from 'react'
import { hasCode } from '#console/errors.ts'
import { formatNumber } from '#console/format.ts'
import { usePageName } from '#console/pageName.ts'
import { pb } from '#console/paths.ts'
import { areComing } from '#console/queryClient.ts'
import { Button, ButtonLink } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { CardSkeletons } from '#console/ui/CardSkeletons.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Facts } from '#console/ui/Facts.tsx'
import { Menu } from '#console/ui/Menu.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { EventStream } from './EventStream.tsx'
import { eventsQuery, sessionQuery, type Session } from './queries.ts'
import { RunnerMark } from './RunnerMark.tsx'
import { SessionProgress } from './SessionProgress.tsx'
import { SessionStatusMark } from './SessionStatusMark.tsx'
import { stepIcons, useSessionActions } from './useSessionActions.tsx'
import { useLiveSessions } from './useLiveSessions.ts'
import { mainStep, stepWords, whyNotStep, type Step } from './words.ts'

interface SessionPageProps {
  /** Stands above the events: what other features have to say to a session. */
  above: FunctionComponent<{ session: Session }>
  /** Stands below its facts. */
  beside: FunctionComponent<{ session: Session }>
}

export function SessionPage(slots: SessionPageProps) {
  const { id = '' } = useParams({ strict: false })
  const session = useQuery(sessionQuery(id))
  const events = useQuery(eventsQuery(id))
  useLiveSessions()
  usePageName(session.data?.name)
  if (hasCode(session.error, 'RESOURCE_NOT_FOUND')) return <NoSuchSession />
  if (session.data && !areComing(events)) return <KnownSession session={session.data} {...slots} />
  return (
    <>
      <PageHeader title="Session" />
      {session.error ? (
        <ErrorPanel error={session.error} what="the session" onRetry={() => void session.refetch()} />
      ) : (
        <CardSkeletons rows={[{ cards: 1, height: 480 }]} />
      )}
    </>
  )
}

const NoSuchSession = () => (
  <>
    <PageHeader title="Session" />
    <Card>
      <EmptyState
        kind="none"
        title="There is no such session"
        action={<ButtonLink to={pb.sessions()}>All sessions</ButtonLink>}
      >
        It may have been deleted.
      </EmptyState>
    </Card>
  </>
)

function KnownSession({ session, above: Above, beside: Beside }: { session: Session } & SessionPageProps) {
  const navigate = useNavigate()
  const actions = useSessionActions(() => void navigate({ to: pb.sessions() }))
  return (
    <>
      <PageHeader
        title={<span dir="auto">{session.name}</span>}
        aside={<SessionStatusMark status={session.status} />}
        actions={
          actions.itemsFor && (
            <>
              <StepButton step={mainStep(session)} session={session} onTake={actions.take} />
              <StepButton step="stop" session={session} onTake={actions.take} />
              <Menu
                items={actions.itemsFor(session)}
                trigger={
                  <Button>
                    Actions
                    <ChevronDown size={12} aria-hidden="true" className="text-faint" />
                  </Button>
                }
              />
            </>
          )
        }
      />
      <div className="grid grid-cols-[minmax(0,1fr)_340px] items-start gap-3 max-lg:grid-cols-1">
        <div className="flex min-w-0 flex-col gap-3">
          <Above session={session} />
          <EventStream sessionId={session.id} />
        </div>
        <div className="flex min-w-0 flex-col gap-3">
          <About session={session} />
          <Figures metrics={session.metrics} />
          <Beside session={session} />
        </div>
      </div>
      {actions.dialogs}
    </>
  )
}

interface StepButtonProps {
  step: Step
  session: Session
  onTake: (step: Step, session: Session) => Promise<void>
}

function StepButton({ step, session, onTake }: StepButtonProps) {
  const [isBusy, setBusy] = useState(false)
  const take = async (): Promise<void> => {
    setBusy(true)
    await onTake(step, session)
    setBusy(false)
  }
  return (
    <Button
      icon={stepIcons[step]}
      busy={isBusy}
      variant={step === 'start' ? 'primary' : 'secondary'}
      disabledReason={whyNotStep(step, session)}
      onClick={() => void take()}
    >
      {stepWords[step]}
    </Button>
  )
}

const Told = ({ text }: { text: string }) => (
  <span dir="auto" className="break-words">
    {text}
  </span>
)

function About({ session }: { session: Session }) {
  const { server, mode, progress, progress_note, runner_name, runner_connected, owner, reason } = session
  const { started_at, ended_at, heartbeat_at, created_at } = session
  const facts: [string, ReactNode][] = [
    ['Server', server ? <Told key="server" text={server} /> : '–'],
    ['Mode', mode ? <Told key="mode" text={mode} /> : '–'],
    ['Progress', <SessionProgress key="progress" progress={progress} />],
    ...(progress_note ? [['Note', <Told key="note" text={progress_note} />] satisfies [string, ReactNode]] : []),
    ['Runner', <RunnerMark key="runner" name={runner_name} connected={runner_connected} />],
    ['Last heard', <TimeAgo key="heard" at={heartbeat_at} focusable />],
    ['Started', <TimeAgo key="started" at={started_at} focusable />],
    ...(ended_at ? [['Ended', <TimeAgo key="ended" at={ended_at} focusable />] satisfies [string, ReactNode]] : []),
    ...(reason ? [['Reason', <Told key="reason" text={reason} />] satisfies [string, ReactNode]] : []),
    ['Owner', owner],
    ['Created', <TimeAgo key="created" at={created_at} focusable />],
  ]
  return (
    <Card title="About">
      <Facts facts={facts} />
    </Card>
  )
}

/** What the runner counts. */
function Figures({ metrics }: Pick<Session, 'metrics'>) {
  const figures = Object.entries(metrics)
  if (figures.length === 0) return null
  return (
    <Card title="Metrics">
      <Facts
        facts={figures.map(([name, value]) => [
          name,
          <span key={name} className="tabular-nums">
            {formatNumber(value)}
          </span>,
        ])}
      />
    </Card>
  )
}
