import { formatNumber } from '#console/format.ts'
import { Badge } from '#console/ui/Badge.tsx'
import { Button } from '#console/ui/Button.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import type { MenuItem } from '#console/ui/Menu.tsx'
import { Table, type Column } from '#console/ui/Table.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import type { User } from './queries.ts'
import { SecondFactor } from './UserFacts.tsx'
import { UserName } from './UserName.tsx'
import { UserState } from './UserState.tsx'

interface UserTableProps {
  users: readonly User[] | undefined
  error: Error | null
  onRetry: () => void
  sort: string
  onSort: (sort: string) => void
  current: string | undefined
  onOpen: (id: string) => void
  actions: (user: User) => MenuItem[]
  onClear: () => void
}

export const UserTable = ({
  users,
  error,
  onRetry,
  sort,
  onSort,
  current,
  onOpen,
  actions,
  onClear,
}: UserTableProps) => (
  <Table
    label="Users"
    columns={columnsFor(onOpen)}
    rows={users}
    rowKey={({ id }) => id}
    sort={sort}
    onSort={onSort}
    current={current}
    onOpen={({ id }) => onOpen(id)}
    actions={actions}
    error={error}
    onRetry={onRetry}
    empty={
      // Whoever looks is a user: only a filter leaves nobody.
      <EmptyState kind="filtered" title="No user matches" action={<Button onClick={onClear}>Show all users</Button>}>
        Names and addresses are searched for the text as it stands.
      </EmptyState>
    }
  />
)

const columnsFor = (open: (id: string) => void): Column<User>[] => [
  {
    key: 'username',
    header: 'Username',
    primary: true,
    sortable: true,
    cell: (user) => (
      <UserName user={user}>
        <button
          type="button"
          onClick={() => open(user.id)}
          className="max-w-72 truncate rounded-sm text-left font-medium hover:underline"
        >
          {user.username}
        </button>
      </UserName>
    ),
  },
  {
    key: 'email',
    header: 'E-mail',
    cell: ({ email }) => (
      <span title={email} className="block max-md:break-all md:max-w-60 md:truncate">
        {email}
      </span>
    ),
  },
  {
    key: 'role',
    header: 'Role',
    cell: ({ role, is_admin }) => <Badge tone={is_admin ? 'info' : 'neutral'}>{role}</Badge>,
  },
  { key: 'state', header: 'State', cell: (user) => <UserState user={user} /> },
  { key: 'mfa', header: 'MFA', from: 'lg', cell: ({ mfa_enabled }) => <SecondFactor on={mfa_enabled} /> },
  {
    key: 'last_login_at',
    header: 'Last login',
    sortable: true,
    cell: ({ last_login_at, last_login_address }) => (
      <span className="md:whitespace-nowrap">
        <TimeAgo at={last_login_at} />
        {last_login_address && <span className="text-faint"> from {last_login_address}</span>}
      </span>
    ),
  },
  {
    key: 'project_count',
    header: 'Projects',
    from: 'xl',
    align: 'end',
    cell: ({ project_count }) => formatNumber(project_count),
  },
  {
    key: 'created_at',
    header: 'Created',
    from: 'xl',
    sortable: true,
    cell: ({ created_at }) => <TimeAgo at={created_at} />,
  },
]
