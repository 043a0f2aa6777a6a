import { Link } from '@tanstack/react-router'
import { pb } from '#console/paths.ts'
import { Badge } from '#console/ui/Badge.tsx'

interface Person {
  user_id: string
  username: string | null
  demo?: boolean
}

/** A name that leads to all that user did. */
export const PersonLink = ({ person: { user_id, username, demo = false } }: { person: Person }) => (
  <span className="inline-flex max-w-full min-w-0 items-center gap-2">
    <Link to={pb.userActivity(user_id)} className="truncate rounded-sm font-medium hover:underline">
      {username ?? 'deleted user'}
    </Link>
    {demo && <Badge tone="info">demo</Badge>}
  </span>
)
