import type { ReactNode } from 'react'
import { useMe } from '#console/me.ts'
import { Badge } from '#console/ui/Badge.tsx'
import type { User } from './queries.ts'

/** A username with what sets it apart; `children` is the name where it is more than text. */
export function UserName({ user: { id, username, demo }, children = username }: { user: User; children?: ReactNode }) {
  const isOwn = useMe().user.id === id
  return (
    <span className="inline-flex max-w-full min-w-0 flex-wrap items-center gap-2">
      {children}
      {isOwn && <Badge>you</Badge>}
      {demo && <Badge tone="info">demo</Badge>}
    </span>
  )
}
