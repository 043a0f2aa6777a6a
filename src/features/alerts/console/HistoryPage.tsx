import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { minuteMs } from '#kernel/time.ts'
import { formatSpan } from '#console/format.ts'
import { pb } from '#console/paths.ts'
import { integer, maybeOneOf, text, useSearch } from '#console/search.ts'
import { momentOf } from '#console/timeRange.ts'
import { Button } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { FilterBar } from '#console/ui/FilterBar.tsx'
import { Pagination } from '#console/ui/Pagination.tsx'
import { Status } from '#console/ui/Status.tsx'
import { Table, type Column } from '#console/ui/Table.tsx'
import { useNow } from '#console/ui/Time.tsx'
import { AlertName, Since } from './alertColumns.tsx'
import { AlertsFrame } from './AlertsFrame.tsx'
import { LabelList } from './LabelList.tsx'
import { historyPerPage, historyQuery, rulesQuery, severities, type Alert } from './queries.ts'
import { severityLevel, severityWords, stateLevel, stateWords } from './words.ts'

const states = ['firing', 'acknowledged', 'resolved'] as const
const searchParams = {
  q: text(),
  severity: maybeOneOf(severities),
  state: maybeOneOf(states),
  rule: text(),
  from: text(),
  to: text(),
  offset: integer(0),
}
const nothing = { q: '', severity: undefined, state: undefined, rule: '', from: '', to: '', offset: 0 }

const ranges = [
  { value: 'now-24h', label: 'Last 24 hours' },
  { value: 'now-7d', label: 'Last 7 days' },
  { value: 'now-30d', label: 'Last 30 days' },
]

/** Everything that ever fired, as far as it is kept. */
export default function HistoryPage() {
  const [search, setSearch] = useSearch(searchParams)
  const { q, severity, state, rule, from, to, offset } = search
  const nowMs = useNow()
  const navigate = useNavigate()
  const rules = useQuery(rulesQuery)
  const history = useQuery(
    historyQuery({ q, severity, state, rule_id: rule, from: isoOf(from, nowMs), to: isoOf(to, nowMs), offset }),
  )
  const isFiltered = Boolean(q || severity || state || rule || from || to)
  return (
    <AlertsFrame title="Alert history" lead="Alerts that fired, and how each ended.">
      <FilterBar
        q={q}
        onQ={(next) => setSearch({ q: next, offset: 0 }, { replace: true })}
        placeholder="Name"
        filters={[
          {
            key: 'severity',
            label: 'Severity',
            single: true,
            options: severities.map((value) => ({ value, label: severityWords[value] })),
            value: severity ? [severity] : [],
            onChange: ([next]) => setSearch({ severity: severities.find((known) => known === next), offset: 0 }),
          },
          {
            key: 'state',
            label: 'State',
            single: true,
            options: states.map((value) => ({ value, label: stateWords[value] })),
            value: state ? [state] : [],
            onChange: ([next]) => setSearch({ state: states.find((known) => known === next), offset: 0 }),
          },
          {
            key: 'rule',
            label: 'Rule',
            single: true,
            options: (rules.data?.rules ?? []).map(({ id, name }) => ({ value: id, label: name })),
            value: rule ? [rule] : [],
            onChange: ([next = '']) => setSearch({ rule: next, offset: 0 }),
          },
          {
            key: 'from',
            label: 'Fired',
            single: true,
            options:
              ranges.some(({ value }) => value === from) || !from
                ? ranges
                : [...ranges, { value: from, label: `since ${from}` }],
            value: from ? [from] : [],
            onChange: ([next = '']) => setSearch({ from: next, to: '', offset: 0 }),
          },
        ]}
      />
      <Card padding="flush">
        <Table
          label="History of alerts"
          columns={columns}
          rows={history.data?.alerts}
          rowKey={({ id }) => id}
          onOpen={({ id }) => void navigate({ to: pb.alert(id) })}
          error={history.error}
          onRetry={() => void history.refetch()}
          empty={
            isFiltered ? (
              <EmptyState
                kind="filtered"
                title="No alert matches"
                action={<Button onClick={() => setSearch(nothing)}>Show all</Button>}
              />
            ) : (
              <EmptyState kind="none" title="Nothing has fired yet">
                What fires stays here after it is over, with what was done about it.
              </EmptyState>
            )
          }
        />
        {history.data && history.data.total > historyPerPage && (
          <Pagination
            offset={offset}
            limit={historyPerPage}
            total={history.data.total}
            onOffset={(next) => setSearch({ offset: next })}
          />
        )}
      </Card>
    </AlertsFrame>
  )
}

/** On whole minutes, so that the same is asked for a while. */
function isoOf(moment: string, nowMs: number): string | undefined {
  const at = moment ? momentOf(moment, Math.floor(nowMs / minuteMs) * minuteMs) : undefined
  return at === undefined ? undefined : new Date(at).toISOString()
}

const columns: Column<Alert>[] = [
  {
    key: 'name',
    header: 'Alert',
    primary: true,
    width: '34%',
    cell: (alert) => (
      <span className="flex min-w-0 flex-col gap-1 py-1">
        <AlertName alert={alert} />
        <LabelList labels={alert.labels} max={3} />
      </span>
    ),
  },
  {
    key: 'severity',
    header: 'Severity',
    cell: ({ severity }) => (
      <Status level={severityLevel[severity]} quiet>
        {severityWords[severity]}
      </Status>
    ),
  },
  {
    key: 'state',
    header: 'State',
    cell: (alert) => <Status level={stateLevel(alert)}>{stateWords[alert.state]}</Status>,
  },
  { key: 'fired', header: 'Fired', cell: (alert) => <Since at={alert.fired_at} alert={alert} /> },
  { key: 'lasted', header: 'Lasted', cell: (alert) => <Lasted alert={alert} /> },
  {
    key: 'ended',
    header: 'Ended',
    from: 'lg',
    cell: ({ resolution, resolved_by }) => (resolved_by ? `${resolution ?? ''} (${resolved_by})` : (resolution ?? '–')),
  },
  { key: 'owner', header: 'Owner', from: 'xl', cell: ({ acknowledged_by }) => acknowledged_by ?? '–' },
]

function Lasted({ alert: { fired_at, resolved_at } }: { alert: Alert }) {
  const nowMs = useNow()
  if (fired_at === null) return '–'
  return formatSpan(Math.max(0, (resolved_at === null ? nowMs : Date.parse(resolved_at)) - Date.parse(fired_at)))
}
