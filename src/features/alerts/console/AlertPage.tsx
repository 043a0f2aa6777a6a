import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { BellOff, Check, CheckCheck, ChevronDown, MessageSquarePlus, ScrollText } from 'lucide-react'
import { formatSpan } from '#console/format.ts'
import { hasCode } from '#console/errors.ts'
import { useShortcuts } from '#console/keyboard.ts'
import { useCan } from '#console/me.ts'
import { usePageName } from '#console/pageName.ts'
import { pb } from '#console/paths.ts'
import { Badge } from '#console/ui/Badge.tsx'
import { Button, ButtonLink } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { CardSkeletons } from '#console/ui/CardSkeletons.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Menu } from '#console/ui/Menu.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { Status } from '#console/ui/Status.tsx'
import { TimeAgo, useNow } from '#console/ui/Time.tsx'
import { AlertFacts } from './AlertFacts.tsx'
import { useLiveDeliveries } from './AlertsFrame.tsx'
import { AlertTimeline } from './AlertTimeline.tsx'
import { ExpressionGraph } from './ExpressionGraph.tsx'
import { useSilenced } from './firing.ts'
import { graphedBy, spanOfAlert } from './links.ts'
import { alertQuery, type AlertDetail } from './queries.ts'
import { useAlertActions, useLogsLink, type AlertActions } from './useAlertActions.tsx'
import { useFigureUnit } from './useFigureUnit.ts'
import { severityLevel, severityWords, stateLevel, stateWords } from './words.ts'

/** One alert: what it is, what became of it, and what can be done. */
export default function AlertPage() {
  const { id = '' } = useParams({ strict: false })
  const alert = useQuery(alertQuery(id))
  useLiveDeliveries()
  usePageName(alert.data?.name)
  if (alert.data) return <KnownAlert alert={alert.data} />
  return (
    <>
      <PageHeader title="Alert" />
      {!alert.error && <CardSkeletons rows={[{ cards: 1, height: 300 }]} />}
      {alert.error &&
        (hasCode(alert.error, 'RESOURCE_NOT_FOUND') ? (
          <Card>
            <EmptyState
              kind="none"
              title="There is no such alert"
              action={<ButtonLink to={pb.alerts('history')}>History</ButtonLink>}
            >
              It may be older than what is kept.
            </EmptyState>
          </Card>
        ) : (
          <ErrorPanel error={alert.error} what="the alert" onRetry={() => void alert.refetch()} />
        ))}
    </>
  )
}

function KnownAlert({ alert }: { alert: AlertDetail }) {
  const actions = useAlertActions()
  const isSilenced = useSilenced().has(alert.id)
  useShortcuts([
    {
      keys: 'a',
      label: 'Acknowledge the alert',
      group: 'Page',
      run: () => {
        if (!actions.whyNotAcknowledge(alert)) actions.acknowledge(alert)
      },
    },
    {
      keys: 's',
      label: 'Silence the alert',
      group: 'Page',
      run: () => {
        if (!actions.whyNotSilence) actions.silence(alert, 1)
      },
    },
  ])
  return (
    <>
      <PageHeader
        title={<span dir="auto">{alert.name}</span>}
        lead={alert.annotations['summary'] ?? alert.annotations['description']}
        aside={
          <>
            <Status level={stateLevel(alert)}>{stateWords[alert.state]}</Status>
            <Badge tone={severityLevel[alert.severity]}>{severityWords[alert.severity]}</Badge>
            {isSilenced && <Badge>silenced</Badge>}
          </>
        }
        actions={<Actions alert={alert} actions={actions} />}
      />
      <div className="grid grid-cols-[minmax(0,1fr)_320px] items-start gap-3 max-lg:grid-cols-1">
        <div className="flex min-w-0 flex-col gap-3">
          <Graph alert={alert} />
          <Card title="Timeline">
            <AlertTimeline alert={alert} />
          </Card>
        </div>
        <div className="flex min-w-0 flex-col gap-3">
          <AlertFacts alert={alert} />
          {alert.earlier.length > 0 && <Earlier alert={alert} />}
        </div>
      </div>
      {actions.dialogs}
    </>
  )
}

function Actions({ alert, actions }: { alert: AlertDetail; actions: AlertActions }) {
  const logs = useLogsLink()(alert, alert.rule?.condition)
  return (
    <>
      {'to' in logs ? (
        <ButtonLink to={logs.to} icon={ScrollText}>
          Logs
        </ButtonLink>
      ) : (
        <Button icon={ScrollText} disabledReason={logs.disabledReason}>
          Logs
        </Button>
      )}
      <Button icon={MessageSquarePlus} disabledReason={actions.whyNotSilence} onClick={() => actions.addNote(alert)}>
        Note
      </Button>
      <Menu
        items={([1, 4, 'until'] as const).map((hours) => ({
          label: hours === 'until' ? 'until …' : hours === 1 ? 'for 1 hour' : 'for 4 hours',
          onSelect: () => actions.silence(alert, hours),
          disabledReason: actions.whyNotSilence,
        }))}
        trigger={
          <Button icon={BellOff}>
            Silence
            <ChevronDown size={12} aria-hidden="true" className="text-faint" />
          </Button>
        }
      />
      <Button icon={CheckCheck} disabledReason={actions.whyNotResolve(alert)} onClick={() => actions.resolve(alert)}>
        Resolve
      </Button>
      <Button
        variant="primary"
        icon={Check}
        disabledReason={actions.whyNotAcknowledge(alert)}
        onClick={() => actions.acknowledge(alert)}
      >
        Acknowledge
      </Button>
    </>
  )
}

/** What its expression gave around that time. */
function Graph({ alert }: { alert: AlertDetail }) {
  const nowMs = useNow()
  const allowed = useCan()('metrics:read')
  const unit = useFigureUnit(alert.rule?.condition)
  const expr = graphedBy(alert)
  if (expr === undefined || !allowed.ok) return null
  const level = severityLevel[alert.severity]
  const fired = [alert, ...alert.earlier].flatMap(({ fired_at, resolved_at }) =>
    fired_at === null
      ? []
      : [{ fromMs: Date.parse(fired_at), toMs: resolved_at === null ? null : Date.parse(resolved_at) }],
  )
  return (
    <Card
      title="What it looks at"
      aside={<code className="min-w-0 truncate font-mono text-sm text-muted">{expr}</code>}
    >
      <ExpressionGraph
        label={`${alert.name} around the time it fired`}
        expr={expr}
        span={spanOfAlert(alert, nowMs)}
        unit={unit}
        threshold={alert.threshold}
        level={level}
        fired={fired}
        labels={alert.labels}
      />
    </Card>
  )
}

const Earlier = ({ alert: { earlier } }: { alert: AlertDetail }) => (
  <Card title="It fired before">
    <ul className="flex flex-col gap-1">
      {earlier.map(({ id, fired_at, resolved_at, resolution }) => (
        <li key={id} className="flex flex-wrap justify-between gap-x-3">
          <Link to={pb.alert(id)} className="text-link hover:underline">
            <TimeAgo at={fired_at} />
          </Link>
          <span className="text-sm text-muted">
            {resolved_at ? `for ${formatSpan(Date.parse(resolved_at) - Date.parse(fired_at))}` : 'still open'}
            {resolution && `, ${resolution}`}
          </span>
        </li>
      ))}
    </ul>
  </Card>
)
