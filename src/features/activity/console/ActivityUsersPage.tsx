import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { formatBytes, formatDuration, formatNumber } from '#console/format.ts'
import { pb } from '#console/paths.ts'
import { integer, oneOf, useSearch } from '#console/search.ts'
import { Card } from '#console/ui/Card.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { Pagination } from '#console/ui/Pagination.tsx'
import { Table, type Column } from '#console/ui/Table.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { ActivityFrame } from './ActivityFrame.tsx'
import { PersonLink } from './PersonLink.tsx'
import { rankingQuery, userSorts, usersPerPage, type RankedUser } from './queries.ts'
import { inWords, useRange } from './range.ts'

const searchParams = { sort: oneOf(userSorts, 'calls'), offset: integer(0) }

/** Everybody who did something, most first by whatever is asked. */
export default function ActivityUsersPage() {
  const { days } = useRange()
  const [{ sort, offset }, setSearch] = useSearch(searchParams)
  const users = useQuery(rankingQuery({ days, sort, offset, limit: usersPerPage }))
  const navigate = useNavigate()
  return (
    <ActivityFrame>
      <Card padding="flush">
        <Table
          label="Users by activity"
          columns={columns}
          rows={users.data?.users}
          rowKey={({ user_id }) => user_id}
          // A ranking has one direction.
          sort={`-${sort}`}
          onSort={(key) =>
            setSearch({ sort: userSorts.find((known) => known === key.replace('-', '')) ?? 'calls', offset: 0 })
          }
          onOpen={({ user_id }) => void navigate({ to: pb.userActivity(user_id) })}
          error={users.error}
          onRetry={() => void users.refetch()}
          empty={<EmptyState kind="none" title={`Nobody did anything in ${inWords(days)}`} />}
        />
        {users.data && users.data.total > usersPerPage && (
          <Pagination
            offset={offset}
            limit={usersPerPage}
            total={users.data.total}
            onOffset={(next) => setSearch({ offset: next })}
          />
        )}
      </Card>
    </ActivityFrame>
  )
}

const columns: Column<RankedUser>[] = [
  { key: 'user', header: 'User', primary: true, cell: (row) => <PersonLink person={row} /> },
  { key: 'calls', header: 'Calls', align: 'end', sortable: true, cell: ({ calls }) => formatNumber(calls) },
  {
    key: 'errors',
    header: 'Refused or failed',
    align: 'end',
    sortable: true,
    cell: ({ errors }) => formatNumber(errors),
  },
  { key: 'time', header: 'Server time', align: 'end', sortable: true, cell: ({ time_ms }) => formatDuration(time_ms) },
  { key: 'bytes', header: 'Sent', align: 'end', sortable: true, from: 'lg', cell: ({ bytes }) => formatBytes(bytes) },
  {
    key: 'logins',
    header: 'Logins',
    align: 'end',
    sortable: true,
    cell: ({ logins, failed_logins }) => <LoginCount good={logins} failed={failed_logins} />,
  },
  {
    key: 'admin_actions',
    header: 'Administrative',
    align: 'end',
    from: 'xl',
    cell: ({ admin_actions }) => formatNumber(admin_actions),
  },
  { key: 'last_seen', header: 'Last seen', sortable: true, cell: ({ last_seen_at }) => <TimeAgo at={last_seen_at} /> },
]

const LoginCount = ({ good, failed }: { good: number; failed: number }) => (
  <>
    {formatNumber(good)}
    {failed > 0 && <span className="text-muted"> + {formatNumber(failed)} failed</span>}
  </>
)
