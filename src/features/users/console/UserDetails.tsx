import { FileClock, History, type LucideIcon } from 'lucide-react'
import { Link } from '@tanstack/react-router'
import { useCan } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import type { User } from './queries.ts'
import { SessionList } from './SessionList.tsx'
import { UserFacts } from './UserFacts.tsx'

/** What is known of a user: for the panel beside the list. */
export const UserDetails = ({ user }: { user: User }) => (
  <div className="flex flex-col gap-5">
    <UserFacts user={user} />
    <section aria-labelledby="user-sessions">
      <h3 id="user-sessions" className="mb-1 text-sm font-medium text-muted">
        Sessions
      </h3>
      <SessionList user={user} />
    </section>
    <UserLinks user={user} />
  </div>
)

/** Where the user has left traces, as far as the reader may look. */
export function UserLinks({ user: { id } }: { user: User }) {
  const can = useCan()
  const seesAudit = can('audit:read').ok
  if (!seesAudit && !can('activity:read').ok) return null
  return (
    <ul className="flex flex-col gap-1.5">
      {can('activity:read').ok && <Trace icon={History} to={pb.userActivity(id)} label="Activity" />}
      {seesAudit && <Trace icon={FileClock} to={pb.audit()} search={{ actor: id }} label="Audit: what they did" />}
      {seesAudit && (
        <Trace
          icon={FileClock}
          to={pb.audit()}
          search={{ target_kind: 'user', target_id: id }}
          label="Audit: what was done to them"
        />
      )}
    </ul>
  )
}

const Trace = ({ icon: Icon, to, search, label }: { icon: LucideIcon; to: string; search?: object; label: string }) => (
  <li>
    <Link
      to={to}
      {...(search && { search })}
      className="inline-flex items-center gap-2 rounded-sm text-link hover:underline"
    >
      <Icon size={14} aria-hidden="true" />
      {label}
    </Link>
  </li>
)
