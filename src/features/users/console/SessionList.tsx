import { useQuery } from '@tanstack/react-query'
import { deviceOf } from '#console/device.ts'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { userSessionsQuery, type User } from './queries.ts'

/** Where the user is logged in, narrow: beside a list whose keys stay its own. */
export function SessionList({ user: { id } }: { user: User }) {
  const sessions = useQuery(userSessionsQuery(id))
  if (sessions.error && !sessions.data) {
    return <ErrorPanel error={sessions.error} what="sessions" onRetry={() => void sessions.refetch()} />
  }
  if (!sessions.data) return <Skeleton className="h-10 w-full" />
  if (sessions.data.length === 0) return <p>Not logged in anywhere.</p>
  return (
    <ul className="divide-y divide-border rounded-md border border-border">
      {sessions.data.map(({ id, user_agent, address, created_at, last_seen_at }) => (
        <li key={id} className="px-3 py-1.5">
          {deviceOf(user_agent)}
          <span className="block text-sm text-muted">
            {address && `${address} · `}since <TimeAgo at={created_at} /> · last seen <TimeAgo at={last_seen_at} />
          </span>
        </li>
      ))}
    </ul>
  )
}
