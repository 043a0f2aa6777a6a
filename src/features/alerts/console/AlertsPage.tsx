import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { CheckCheck, Plus } from 'lucide-react'
import { plural } from '#console/format.ts'
import { useShortcuts } from '#console/keyboard.ts'
import { useCan } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { maybeOneOf, text, useSearch } from '#console/search.ts'
import { Button } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { FilterBar } from '#console/ui/FilterBar.tsx'
import { Status } from '#console/ui/Status.tsx'
import { Table } from '#console/ui/Table.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { AlertsFrame } from './AlertsFrame.tsx'
import { alertColumns } from './alertColumns.tsx'
import { CreateLink } from './CreateLink.tsx'
import { useEscalations } from './escalations.ts'
import { inOrder, useSilenced, useTold } from './firing.ts'
import { activeQuery, rulesQuery, severities, type Alert } from './queries.ts'
import { useAlertActions, type AlertActions } from './useAlertActions.tsx'
import { severityLevel, severityWords } from './words.ts'

const states = ['firing', 'acknowledged', 'pending'] as const
const searchParams = { q: text(), severity: maybeOneOf(severities), state: maybeOneOf(states) }

const stateOptions = [
  { value: 'firing', label: 'Firing' },
  { value: 'acknowledged', label: 'Acknowledged' },
  { value: 'pending', label: 'Pending' },
]

/** What is wrong now. */
export default function AlertsPage() {
  const [{ q, severity, state }, setSearch] = useSearch(searchParams)
  const navigate = useNavigate()
  const active = useQuery(activeQuery)
  const rules = useQuery(rulesQuery)
  const actions = useAlertActions()
  const told = useTold()
  const silenced = useSilenced()
  const escalations = useEscalations()
  const shown =
    active.data &&
    inOrder(active.data.alerts).filter(
      (alert) =>
        (severity === undefined || alert.severity === severity) &&
        (state === undefined || alert.state === state) &&
        fits(alert, q),
    )
  useAlertKeys(shown ?? [], actions)
  const conditions = new Map(rules.data?.rules.map(({ id, condition }) => [id, condition]))
  return (
    <AlertsFrame
      title="Alerts"
      lead={active.data ? summaryOf(active.data.counts) : '\u00a0'}
      actions={
        <>
          <AcknowledgeAll alerts={shown ?? []} actions={actions} />
          <CreateLink to={pb.alertRuleNew()} icon={Plus}>
            New rule
          </CreateLink>
        </>
      }
    >
      <FilterBar
        q={q}
        onQ={(next) => setSearch({ q: next }, { replace: true })}
        placeholder="Name or label"
        filters={[
          {
            key: 'severity',
            label: 'Severity',
            single: true,
            options: severities.map((value) => ({ value, label: severityWords[value] })),
            value: severity ? [severity] : [],
            onChange: ([next]) => setSearch({ severity: severities.find((known) => known === next) }),
          },
          {
            key: 'state',
            label: 'State',
            single: true,
            options: stateOptions,
            value: state ? [state] : [],
            onChange: ([next]) => setSearch({ state: states.find((known) => known === next) }),
          },
        ]}
      />
      <Card padding="flush">
        <Table
          label="Open alerts"
          columns={alertColumns({ told, silenced, escalations, actions })}
          rows={shown}
          rowKey={({ id }) => id}
          groupOf={groupOf}
          onOpen={({ id }) => void navigate({ to: pb.alert(id) })}
          actions={(alert) => actions.itemsFor(alert, conditions.get(alert.rule_id ?? ''))}
          error={active.error}
          onRetry={() => void active.refetch()}
          empty={
            active.data && active.data.alerts.length > 0 ? (
              <EmptyState
                kind="filtered"
                title="No open alert matches"
                action={
                  <Button onClick={() => setSearch({ q: '', severity: undefined, state: undefined })}>Show all</Button>
                }
              />
            ) : (
              <NothingFiring />
            )
          }
        />
      </Card>
      {actions.dialogs}
    </AlertsFrame>
  )
}

const summaryOf = ({ firing, acknowledged, pending }: { firing: number; acknowledged: number; pending: number }) =>
  [`${firing} firing`, acknowledged > 0 && `${acknowledged} acknowledged`, pending > 0 && `${pending} pending`]
    .filter(Boolean)
    .join(', ')

const fits = ({ name, labels }: Alert, q: string): boolean => {
  const wanted = q.trim().toLowerCase()
  return [name, ...Object.entries(labels).map(([label, value]) => `${label}=${value}`)].some((text) =>
    text.toLowerCase().includes(wanted),
  )
}

const groupOf = ({ state, severity }: Alert) =>
  state === 'pending'
    ? { key: 'pending', heading: <Status level="unknown">Pending</Status> }
    : { key: severity, heading: <Status level={severityLevel[severity]}>{severityWords[severity]}</Status> }

/** That nothing fires is only good news where somebody looks. */
function NothingFiring() {
  const { data } = useQuery(rulesQuery)
  const enabled = data?.rules.filter((rule) => rule.enabled).length ?? 0
  return (
    <EmptyState kind="none" title="Nothing firing">
      {data && (
        <>
          <Link to={pb.alerts('rules')} className="text-link underline">
            {plural(enabled, 'rule')}
          </Link>
          {data.evaluated_at ? (
            <>
              , last evaluated <TimeAgo at={data.evaluated_at} />
            </>
          ) : (
            ', none evaluated yet'
          )}
        </>
      )}
    </EmptyState>
  )
}

/** Never the main button: it is done too easily. */
function AcknowledgeAll({ alerts, actions }: { alerts: readonly Alert[]; actions: AlertActions }) {
  const { reason } = useCan()('alerts:write')
  const firing = alerts.filter(({ state }) => state === 'firing')
  if (firing.length < 2) return null
  return (
    <Button
      icon={CheckCheck}
      disabledReason={reason}
      onClick={() => {
        for (const alert of firing) actions.acknowledge(alert)
      }}
    >
      Acknowledge all {firing.length}
    </Button>
  )
}

/** `a` and `s` act on the row that has the focus. */
function useAlertKeys(alerts: readonly Alert[], actions: AlertActions): void {
  const navigate = useNavigate()
  const can = useCan()
  const focused = (): Alert | undefined => {
    const row = document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset['row']
    return alerts.find(({ id }) => id === row) ?? (alerts.length === 1 ? alerts[0] : undefined)
  }
  useShortcuts([
    {
      keys: 'a',
      label: 'Acknowledge the alert',
      group: 'List',
      run: () => {
        const alert = focused()
        if (alert && !actions.whyNotAcknowledge(alert)) actions.acknowledge(alert)
      },
    },
    {
      keys: 's',
      label: 'Silence the alert',
      group: 'List',
      run: () => {
        const alert = focused()
        if (alert && !actions.whyNotSilence) actions.silence(alert, 1)
      },
    },
    {
      keys: 'n',
      label: 'New rule',
      group: 'Page',
      run: () => {
        if (can('alerts:write').ok) void navigate({ to: pb.alertRuleNew() })
      },
    },
  ])
}
