import type { Listing, Session } from './queries.ts'

/** As the topic `sessions` tells of one. */
export type SessionNews = ({ session_id: string } & Session) | { session_id: string; id: string; deleted: true }

/** The list with this session as it is now; unchanged where it does not stand in it or the list knows better. */
export function withSession(listing: Listing, session: Session): Listing {
  const before = listing.sessions.find(({ id }) => id === session.id)
  if (!before || before.updated_at > session.updated_at) return listing
  const counts = { ...listing.counts }
  counts[before.status] -= 1
  counts[session.status] += 1
  return { ...listing, counts, sessions: listing.sessions.map((one) => (one === before ? session : one)) }
}
