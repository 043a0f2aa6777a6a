import { useQuery } from '@tanstack/react-query'
import { Outlet, useNavigate } from '@tanstack/react-router'
import { ChevronDown, UserPlus } from 'lucide-react'
import { plural } from '#console/format.ts'
import { useShortcuts } from '#console/keyboard.ts'
import { useLive } from '#console/live.ts'
import { useCan } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import { rolesQuery } from '#console/roles.ts'
import { integer, maybeOneOf, oneOf, text, useSearch } from '#console/search.ts'
import { usePaletteActions } from '#console/shell/paletteState.ts'
import { Button, ButtonLink } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { FilterBar } from '#console/ui/FilterBar.tsx'
import { Menu } from '#console/ui/Menu.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { Pagination } from '#console/ui/Pagination.tsx'
import { PeekPanel, usePeek } from '#console/ui/PeekPanel.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { PendingUsers } from './PendingUsers.tsx'
import { refreshUsers, sorts, userQuery, usersPerPage, usersQuery, type User, type UserState } from './queries.ts'
import { UserDetails } from './UserDetails.tsx'
import { stateWords } from './UserState.tsx'
import { UserTable } from './UserTable.tsx'
import { useUserActions, type UserActions } from './useUserActions.tsx'

const states: UserState[] = ['active', 'pending', 'locked', 'disabled']

const searchParams = {
  q: text(),
  state: maybeOneOf(states),
  role: text(),
  sort: oneOf(sorts, 'username'),
  offset: integer(0),
}

export default function UsersPage() {
  const [{ q, state, role, sort, offset }, setSearch] = useSearch(searchParams)
  const users = useQuery(usersQuery({ q: q || undefined, state, role: role || undefined, sort, offset }))
  const roles = useQuery(rolesQuery).data ?? []
  const peek = usePeek(users.data?.rows.map(({ id }) => id) ?? [])
  const actions = useUserActions()
  useFreshUsers()
  const total = users.data?.total
  return (
    <>
      <PageHeader
        title="Users"
        lead={total === undefined ? '\u00a0' : plural(total, q || state || role ? 'matching user' : 'user')}
        actions={<CreateUser />}
      />
      <PendingUsers actions={actions}>
        <FilterBar
          q={q}
          onQ={(typed) => setSearch({ q: typed, offset: 0 }, { replace: true })}
          placeholder="Filter by name or address"
          filters={[
            {
              key: 'state',
              label: 'State',
              single: true,
              options: states.map((value) => ({ value, label: stateWords[value] })),
              value: state ? [state] : [],
              onChange: ([chosen]) => setSearch({ state: states.find((known) => known === chosen), offset: 0 }),
            },
            {
              key: 'role',
              label: 'Role',
              single: true,
              options: roles.map(({ name }) => ({ value: name, label: name })),
              value: role ? [role] : [],
              onChange: ([chosen = '']) => setSearch({ role: chosen, offset: 0 }),
            },
          ]}
        />
        <Card padding="flush">
          <UserTable
            users={users.data?.rows}
            error={users.error}
            onRetry={() => void users.refetch()}
            sort={sort}
            onSort={(wanted) => setSearch({ sort: sorts.find((known) => known === wanted) ?? 'username', offset: 0 })}
            current={peek.id}
            onOpen={peek.open}
            actions={actions.itemsFor}
            onClear={() => setSearch({ q: '', state: undefined, role: '', offset: 0 })}
          />
          {total !== undefined && total > usersPerPage && (
            <Pagination
              offset={offset}
              limit={usersPerPage}
              total={total}
              onOffset={(next) => setSearch({ offset: next })}
            />
          )}
        </Card>
      </PendingUsers>
      <PeekPanel peek={peek} title={<PeekTitle id={peek.id} />} {...(peek.id && { to: pb.user(peek.id) })}>
        {peek.id && <Peeked id={peek.id} actions={actions} />}
      </PeekPanel>
      {actions.dialogs}
      <Outlet />
    </>
  )
}

function CreateUser() {
  const navigate = useNavigate()
  const { ok, reason } = useCan()('users:write')
  const create = (): void => void navigate({ to: pb.userNew(), search: true })
  useShortcuts(ok ? [{ keys: 'c', label: 'Create user', group: 'Page', run: create }] : [])
  usePaletteActions(ok ? [{ label: 'Create user', icon: UserPlus, run: create, keywords: 'invite add' }] : [])
  return ok ? (
    <ButtonLink to={pb.userNew()} search variant="primary" icon={UserPlus}>
      Create user
    </ButtonLink>
  ) : (
    <Button variant="primary" icon={UserPlus} disabledReason={reason}>
      Create user
    </Button>
  )
}

const PeekTitle = ({ id = '' }: { id: string | undefined }) =>
  useQuery({ ...userQuery(id), enabled: id !== '' }).data?.username ?? 'User'

function Peeked({ id, actions }: { id: string; actions: UserActions }) {
  const user = useQuery(userQuery(id))
  if (user.error && !user.data)
    return <ErrorPanel error={user.error} what="the user" onRetry={() => void user.refetch()} />
  if (!user.data) return <Skeleton className="h-48 w-full" />
  return (
    <>
      <div className="mb-4">
        <ActionsMenu user={user.data} actions={actions} />
      </div>
      <UserDetails user={user.data} />
    </>
  )
}

export const ActionsMenu = ({ user, actions }: { user: User; actions: UserActions }) => (
  <Menu
    align="start"
    items={actions.itemsFor(user)}
    trigger={
      <Button>
        Actions
        <ChevronDown size={12} aria-hidden="true" className="text-faint" />
      </Button>
    }
  />
)

interface Change {
  topic: string
}

/** What others do to users shows without a reload, for those who may follow events. */
function useFreshUsers(): void {
  const enabled = useCan()('audit:read').ok
  useLive<Change>(
    'events',
    ({ data }) => {
      if (/^(user|session|auth|mfa|role)\./.test(data.topic)) void refreshUsers()
    },
    { enabled },
  )
}
