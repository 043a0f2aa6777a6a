import { useQuery } from '@tanstack/react-query'
import { formatNumber } from '#console/format.ts'
import { BarChart } from '#console/ui/BarChart.tsx'
import { Card } from '#console/ui/Card.tsx'
import { CardSkeletons } from '#console/ui/CardSkeletons.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Heatmap } from '#console/ui/Heatmap.tsx'
import { Status } from '#console/ui/Status.tsx'
import { Table, type Column } from '#console/ui/Table.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { ActivityFrame } from './ActivityFrame.tsx'
import { loginWords } from './loginWords.ts'
import { PersonLink } from './PersonLink.tsx'
import { loginsQuery, type Logins } from './queries.ts'
import { inWords, useRange } from './range.ts'
import { periodName, tickOf } from './times.ts'

/** When people log in, who does and who fails to. */
export default function ActivityLoginsPage() {
  const { days } = useRange()
  const logins = useQuery(loginsQuery(days))
  return (
    <ActivityFrame>
      {logins.data ? (
        <LoginViews logins={logins.data} days={days} />
      ) : logins.error ? (
        <ErrorPanel error={logins.error} what="logins" onRetry={() => void logins.refetch()} />
      ) : (
        <CardSkeletons
          rows={[
            { cards: 2, height: 242 },
            { cards: 2, height: 290 },
          ]}
        />
      )}
    </ActivityFrame>
  )
}

const latestShown = 20
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const hours = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'))

const LoginViews = ({ logins, days }: { logins: Logins; days: number }) => (
  <div className="grid grid-cols-2 items-start gap-3 max-lg:grid-cols-1">
    <Card title="Logins per day">
      <BarChart
        label={`Logins per day over ${inWords(days)}`}
        height={150}
        parts={[{ label: 'logins' }, { label: 'failed', level: 'error' }]}
        bars={logins.per_day.map(({ day, logins: good, failed }, index) => ({
          name: periodName('day', day),
          tick: tickOf('day', day, index, logins.per_day.length),
          values: [good, failed],
        }))}
      />
    </Card>
    <Card title="Logins by hour of the week, in UTC">
      <Heatmap
        label="Logins by weekday and hour in UTC"
        rows={weekdays}
        columns={hours}
        values={logins.by_weekday_and_hour}
        what="logins"
      />
    </Card>
    <Card title="By user" padding="flush">
      <Table
        label="Logins by user"
        columns={userColumns}
        rows={logins.by_user}
        rowKey={({ user_id }) => user_id}
        empty={<Nobody days={days} />}
      />
    </Card>
    <Card title="By address" padding="flush">
      <Table
        label="Logins by address"
        columns={addressColumns}
        rows={logins.by_address}
        rowKey={({ address }) => address}
        empty={<Nobody days={days} />}
      />
    </Card>
    <Card title="Latest" padding="flush" className="col-span-full">
      <Table
        label="Latest logins"
        columns={latestColumns}
        rows={logins.latest.slice(0, latestShown)}
        rowKey={keyOf}
        empty={<Nobody days={days} />}
      />
    </Card>
  </div>
)

const Nobody = ({ days }: { days: number }) => (
  <EmptyState kind="none" title={`Nobody tried to log in in ${inWords(days)}`} />
)

type ByUser = Logins['by_user'][number]
type ByAddress = Logins['by_address'][number]
type Latest = Logins['latest'][number]

const Failed = ({ count }: { count: number }) => (
  <span className={count > 0 ? 'text-error' : 'text-faint'}>{formatNumber(count)}</span>
)

const userColumns: Column<ByUser>[] = [
  { key: 'user', header: 'User', primary: true, cell: (row) => <PersonLink person={row} /> },
  { key: 'logins', header: 'Logins', align: 'end', cell: ({ logins }) => formatNumber(logins) },
  { key: 'failed', header: 'Failed', align: 'end', cell: ({ failed }) => <Failed count={failed} /> },
  { key: 'last', header: 'Last', cell: ({ last_at }) => <TimeAgo at={last_at} /> },
]

const addressColumns: Column<ByAddress>[] = [
  {
    key: 'address',
    header: 'Address',
    primary: true,
    cell: ({ address }) => <code className="font-mono text-sm">{address}</code>,
  },
  { key: 'logins', header: 'Logins', align: 'end', cell: ({ logins }) => formatNumber(logins) },
  { key: 'failed', header: 'Failed', align: 'end', cell: ({ failed }) => <Failed count={failed} /> },
  { key: 'last', header: 'Last', cell: ({ last_at }) => <TimeAgo at={last_at} /> },
]

const latestColumns: Column<Latest>[] = [
  {
    key: 'user',
    header: 'User',
    primary: true,
    cell: ({ user_id, username, demo }) =>
      user_id ? <PersonLink person={{ user_id, username, demo }} /> : <span className="text-muted">unknown name</span>,
  },
  {
    key: 'outcome',
    header: 'Outcome',
    cell: ({ outcome }) =>
      outcome === 'login' ? <Status level="ok">Logged in</Status> : <Status level="error">Failed</Status>,
  },
  { key: 'at', header: 'When', cell: ({ at }) => <TimeAgo at={at} /> },
  { key: 'address', header: 'Address', cell: ({ address }) => <code className="font-mono text-sm">{address}</code> },
  {
    key: 'detail',
    header: 'With',
    from: 'lg',
    cell: ({ outcome, detail }) => <span className="text-muted">{loginWords(outcome, detail)}</span>,
  },
]

const keyOf = ({ at, user_id, address }: Latest): string => `${at} ${user_id} ${address}`
