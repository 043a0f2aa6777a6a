import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { plural } from '#console/format.ts'
import { useCan } from '#console/me.ts'
import { Card } from '#console/ui/Card.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { Status, StatusShape } from '#console/ui/Status.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { attentionOf, type AttentionItem } from './attention.ts'
import { loginsQuery, usersQuery, type Health } from './queries.ts'

interface AttentionProps {
  health: Health | undefined
  /** When health was last heard of, ISO. */
  checkedAt: string
}

export function Attention({ health, checkedAt }: AttentionProps) {
  const can = useCan()
  const seesUsers = can('users:read').ok
  const pending = useQuery({ ...usersQuery('pending'), enabled: seesUsers })
  const locked = useQuery({ ...usersQuery('locked'), enabled: seesUsers })
  const logins = useQuery({ ...loginsQuery, enabled: can('activity:read').ok })
  const items = attentionOf({ health, pending: pending.data, locked: locked.data, logins: logins.data })
  return (
    <Card title="Needs attention" className="col-span-full">
      {!health ? (
        <Skeleton className="h-5 w-64" />
      ) : items.length === 0 ? (
        <p className="flex flex-wrap items-center gap-2">
          <StatusShape level="ok" />
          Nothing needs attention.
          <span className="text-muted">
            {plural(Object.keys(health.components ?? {}).length, 'component')} checked <TimeAgo at={checkedAt} />
          </span>
        </p>
      ) : (
        <ul className="-my-1 flex flex-col">
          {items.map((item) => (
            <Item key={item.key} item={item} />
          ))}
        </ul>
      )}
    </Card>
  )
}

function Item({ item: { level, state, what, since, to, needs } }: { item: AttentionItem }) {
  const can = useCan()
  return (
    <li className="flex min-h-(--row) flex-wrap items-center gap-x-3 gap-y-0.5 border-b border-border py-1 last:border-b-0">
      <span className="w-24 shrink-0">
        <Status level={level}>{state}</Status>
      </span>
      {can(needs).ok ? (
        <Link to={to} className="min-w-0 flex-1 break-words hover:underline">
          {what}
        </Link>
      ) : (
        <span className="min-w-0 flex-1 break-words">{what}</span>
      )}
      {since && (
        <span className="text-sm text-muted">
          <TimeAgo at={since} />
        </span>
      )}
    </li>
  )
}
