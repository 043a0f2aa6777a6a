import { Link } from '@tanstack/react-router'
import { BellOff, Check } from 'lucide-react'
import { pb } from '#console/paths.ts'
import { Badge } from '#console/ui/Badge.tsx'
import { Button } from '#console/ui/Button.tsx'
import { Status, StatusShape } from '#console/ui/Status.tsx'
import type { Column } from '#console/ui/Table.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import type { Escalation } from './escalations.ts'
import { sinceOf, type Told } from './firing.ts'
import { LabelList } from './LabelList.tsx'
import { NextEscalation } from './NextEscalation.tsx'
import type { Alert } from './queries.ts'
import type { AlertActions } from './useAlertActions.tsx'
import { ValueBar } from './ValueBar.tsx'
import { stateLevel, stateWords } from './words.ts'

interface Known {
  told: ReadonlyMap<string, readonly Told[]>
  silenced: ReadonlySet<string>
  /** Undefined until it is known. */
  escalations: ReadonlyMap<string, Escalation> | undefined
  actions: AlertActions
}

export const alertColumns = ({ told, silenced, escalations, actions }: Known): Column<Alert>[] => [
  {
    key: 'name',
    header: 'Alert',
    primary: true,
    width: '26%',
    cell: (alert) => (
      <span className="flex min-w-0 flex-col gap-1 py-1">
        <AlertName alert={alert} />
        <LabelList labels={alert.labels} max={4} />
      </span>
    ),
  },
  {
    key: 'state',
    header: 'State',
    cell: (alert) => (
      <span className="flex flex-wrap items-center gap-1.5">
        <Status level={stateLevel(alert)}>{stateWords[alert.state]}</Status>
        {silenced.has(alert.id) && (
          <Badge>
            <BellOff size={11} aria-hidden="true" />
            silenced
          </Badge>
        )}
      </span>
    ),
  },
  { key: 'value', header: 'Value', cell: (alert) => <ValueBar alert={alert} /> },
  { key: 'since', header: 'Since', cell: (alert) => <Since at={sinceOf(alert)} alert={alert} /> },
  { key: 'told', header: 'Notified via', from: 'lg', cell: ({ id }) => <ToldBy told={told.get(id) ?? []} /> },
  {
    key: 'next',
    header: 'Next escalation',
    cell: ({ id, state }) =>
      state === 'pending' || !escalations ? (
        <span className="text-faint">–</span>
      ) : (
        <NextEscalation escalation={escalations.get(id)} />
      ),
  },
  { key: 'owner', header: 'Owner', cell: (alert) => <Owner alert={alert} actions={actions} /> },
]

export const AlertName = ({ alert: { id, name } }: { alert: Pick<Alert, 'id' | 'name'> }) => (
  <Link to={pb.alert(id)} dir="auto" className="min-w-0 font-medium break-words hover:underline">
    {name}
  </Link>
)

/** When it began, and how often that was of late: what comes and goes needs another threshold, not another look. */
export const Since = ({ at, alert: { fired_24h } }: { at: string | null; alert: Pick<Alert, 'fired_24h'> }) => (
  <span className="flex flex-col">
    <TimeAgo at={at} />
    {fired_24h > 1 && <span className="text-sm text-muted">{fired_24h}× in 24 h</span>}
  </span>
)

const ToldBy = ({ told }: { told: readonly Told[] }) =>
  told.length === 0 ? (
    <span className="text-faint">nobody yet</span>
  ) : (
    <span className="flex flex-wrap gap-x-2">
      {told.map(({ channel, state }) => (
        <span key={channel} className="inline-flex max-w-40 items-center gap-1">
          <span className="truncate">{channel}</span>
          {state === 'dead' && (
            <>
              <StatusShape level="error" />
              <span className="text-sm text-error">failed</span>
            </>
          )}
          {(state === 'waiting' || state === 'sending') && <span className="text-sm text-muted">under way</span>}
        </span>
      ))}
    </span>
  )

function Owner({ alert, actions }: { alert: Alert; actions: AlertActions }) {
  if (alert.state === 'acknowledged') return <span dir="auto">{alert.acknowledged_by ?? 'you'}</span>
  if (alert.state !== 'firing') return <span className="text-faint">–</span>
  return (
    <Button
      size="sm"
      icon={Check}
      aria-label={`Acknowledge ${alert.name}`}
      disabledReason={actions.whyNotAcknowledge(alert)}
      onClick={() => actions.acknowledge(alert)}
      className="max-md:!h-9"
    >
      Acknowledge
    </Button>
  )
}
