import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { hasCode } from '#console/errors.ts'
import { useCan } from '#console/me.ts'
import { usePageName } from '#console/pageName.ts'
import { pb } from '#console/paths.ts'
import { Badge } from '#console/ui/Badge.tsx'
import { ButtonLink } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { personQuery } from './queries.ts'
import { Timeline } from './Timeline.tsx'

/** Everything one user did, for whoever has to find out what happened. */
export default function UserTimelinePage() {
  const { id = '' } = useParams({ strict: false })
  const person = useQuery(personQuery(id))
  const can = useCan()
  const { username, demo } = person.data ?? {}
  const title = username ?? (person.data ? 'Deleted user' : undefined)
  usePageName(title)
  return (
    <>
      <PageHeader
        title={title ?? 'User'}
        aside={demo && <Badge tone="info">demo</Badge>}
        lead="Calls, logins and administrative actions, newest first."
        actions={
          (username || person.isPending) && can('users:read').ok && <ButtonLink to={pb.user(id)}>Profile</ButtonLink>
        }
      />
      {hasCode(person.error, 'RESOURCE_NOT_FOUND') ? (
        <Card>
          <EmptyState
            kind="none"
            title="There is no such user"
            action={<ButtonLink to={pb.activity('users')}>All users</ButtonLink>}
          >
            Nothing of them is kept either.
          </EmptyState>
        </Card>
      ) : (
        <Timeline userId={id} />
      )}
    </>
  )
}
