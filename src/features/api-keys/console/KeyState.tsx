import { formatAgo } from '#console/format.ts'
import { Status } from '#console/ui/Status.tsx'
import { useNow } from '#console/ui/Time.tsx'
import type { ApiKey } from './queries.ts'

const soonMs = 3 * 86_400_000

/** How much longer a key works, in a word and a shape. */
export function KeyState({ apiKey: { state, expires_at, rotated_to } }: { apiKey: ApiKey }) {
  const now = useNow()
  if (state === 'revoked') return <Status level="unknown">Revoked</Status>
  if (state === 'expired') return <Status level="unknown">{rotated_to ? 'Replaced' : 'Expired'}</Status>
  if (expires_at === null || Date.parse(expires_at) - now > soonMs) return <Status level="ok">Active</Status>
  return (
    <Status
      level={rotated_to ? 'info' : 'warn'}
    >{`${rotated_to ? 'Replaced, ends' : 'Ends'} ${formatAgo(expires_at, now)}`}</Status>
  )
}
