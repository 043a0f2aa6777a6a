import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { hasCode } from '#console/errors.ts'
import { usePageName } from '#console/pageName.ts'
import { pb } from '#console/paths.ts'
import { ButtonLink } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { CardSkeletons } from '#console/ui/CardSkeletons.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { SessionTable } from '#console/ui/SessionTable.tsx'
import { Tabs } from '#console/ui/Tabs.tsx'
import { userQuery, userSessionsQuery, type User } from './queries.ts'
import { UserLinks } from './UserDetails.tsx'
import { UserFacts } from './UserFacts.tsx'
import { UserName } from './UserName.tsx'
import { ActionsMenu } from './UsersPage.tsx'
import { useUserActions } from './useUserActions.tsx'

/** One user at an address of their own, where the palette and other pages lead. */
export default function UserPage() {
  const { id = '', tab } = useParams({ strict: false })
  const user = useQuery(userQuery(id))
  usePageName(user.data?.username)
  if (user.data) return <KnownUser user={user.data} tab={tab} />
  return (
    <>
      <PageHeader title="User" />
      {!user.error && <CardSkeletons rows={[{ cards: 1, height: 230 }]} />}
      {user.error &&
        (hasCode(user.error, 'RESOURCE_NOT_FOUND') ? (
          <NoSuchUser />
        ) : (
          <ErrorPanel error={user.error} what="the user" onRetry={() => void user.refetch()} />
        ))}
    </>
  )
}

const NoSuchUser = () => (
  <Card>
    <EmptyState kind="none" title="There is no such user" action={<ButtonLink to={pb.users()}>All users</ButtonLink>}>
      They may have been deleted.
    </EmptyState>
  </Card>
)

function KnownUser({ user, tab }: { user: User; tab: string | undefined }) {
  const actions = useUserActions()
  return (
    <>
      <PageHeader
        title={<UserName user={user} />}
        lead={user.email}
        actions={<ActionsMenu user={user} actions={actions} />}
      />
      <Tabs
        label={`Pages of ${user.username}`}
        tabs={[
          { to: pb.user(user.id), label: 'Profile' },
          { to: pb.user(user.id, 'sessions'), label: 'Sessions' },
        ]}
      />
      {tab === 'sessions' ? (
        <Card padding="flush">
          <UserSessions user={user} />
        </Card>
      ) : (
        <div className="flex max-w-2xl flex-col gap-4">
          <Card>
            <UserFacts user={user} />
          </Card>
          <UserLinks user={user} />
        </div>
      )}
      {actions.dialogs}
    </>
  )
}

function UserSessions({ user: { id } }: { user: User }) {
  const sessions = useQuery(userSessionsQuery(id))
  return <SessionTable sessions={sessions.data} error={sessions.error} onRetry={() => void sessions.refetch()} />
}
