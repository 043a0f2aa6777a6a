import { useQuery } from '@tanstack/react-query'
import { Check, X } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { plural } from '#console/format.ts'
import { useMe } from '#console/me.ts'
import { roleOptions, rolesQuery } from '#console/roles.ts'
import { Button } from '#console/ui/Button.tsx'
import { Card } from '#console/ui/Card.tsx'
import { Select } from '#console/ui/Field.tsx'
import { CardSkeletons } from '#console/ui/CardSkeletons.tsx'
import { StatusShape } from '#console/ui/Status.tsx'
import { TimeAgo } from '#console/ui/Time.tsx'
import { pendingQuery, usersPerPage, type User } from './queries.ts'
import { UserName } from './UserName.tsx'
import { approve, type UserActions } from './useUserActions.tsx'

/** Who registered and waits for an answer, if anybody does, and below it the list, which waits until that is known. */
export function PendingUsers({ actions, children }: { actions: UserActions; children: ReactNode }) {
  const { data: pending, isPending } = useQuery(pendingQuery)
  if (isPending) return <CardSkeletons rows={[{ cards: 1, height: 480 }]} />
  // An approved one stays in the answer until the next comes.
  const waiting = pending?.rows.filter(({ state }) => state === 'pending') ?? []
  if (!pending || waiting.length === 0) return children
  const more = pending.total - usersPerPage
  return (
    <>
      <Card
        padding="flush"
        className="mb-4 !border-info/50"
        title={
          <span className="flex items-center gap-2 text-text">
            <StatusShape level="info" />
            {plural(waiting.length + Math.max(more, 0), 'request')} for an account
          </span>
        }
      >
        <ul className="divide-y divide-border border-t border-border">
          {waiting.map((user) => (
            <Request key={user.id} user={user} actions={actions} />
          ))}
        </ul>
        {more > 0 && (
          <p className="border-t border-border px-3 py-2 text-sm text-muted">
            {plural(more, 'more', 'more')} after these.
          </p>
        )}
      </Card>
      {children}
    </>
  )
}

function Request({ user, actions: { start, refusalOf } }: { user: User; actions: UserActions }) {
  const { permissions } = useMe()
  const roles = useQuery(rolesQuery).data
  const [role, setRole] = useState(user.role)
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-3 py-2">
      <span className="min-w-0 flex-1 basis-56">
        <span className="font-medium">
          <UserName user={user} />
        </span>
        <span className="block text-sm break-words text-muted">
          {user.email} · asked <TimeAgo at={user.created_at} />
        </span>
      </span>
      <span className="flex flex-wrap items-center gap-2">
        <Select
          aria-label={`Role of ${user.username}`}
          options={roles ? roleOptions(roles, permissions) : [{ value: user.role, label: user.role }]}
          value={role}
          onChange={({ target }) => setRole(target.value)}
          className="!h-7 !w-32 max-md:!h-9"
        />
        <Button
          icon={Check}
          aria-label={`Approve ${user.username}`}
          disabledReason={refusalOf('approve', user)}
          onClick={() => void approve(user, role)}
        >
          Approve
        </Button>
        <Button
          variant="ghost"
          icon={X}
          aria-label={`Reject ${user.username}`}
          disabledReason={refusalOf('reject', user)}
          onClick={() => start('reject', user)}
        >
          Reject
        </Button>
      </span>
    </li>
  )
}
