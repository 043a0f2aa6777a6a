import { useRef } from 'react'
import { useLive } from '#console/live.ts'
import { queryClient } from '#console/queryClient.ts'
import { withSession, type SessionNews } from './news.ts'
import { eventsQuery, refreshSessions, sessionQuery, type Listing, type Session } from './queries.ts'

/** Keeps what is shown of sessions as they are, while a page shows some. */
export function useLiveSessions(): void {
  const statusSeen = useRef(new Map<string, string>())
  useLive<SessionNews>('sessions', ({ data }) => {
    if ('deleted' in data) {
      void refreshSessions()
      return
    }
    const { session_id: id, ...session } = data
    queryClient.setQueriesData<Listing>({ queryKey: ['automation', 'list'] }, (shown) =>
      shown ? withSession(shown, session) : undefined,
    )
    queryClient.setQueryData<Session>(sessionQuery(id).queryKey, (shown) => (shown ? session : undefined))
    void queryClient.invalidateQueries({ queryKey: eventsQuery(id).queryKey })
    // Another status may belong into another list; figures come too often to ask for all each time.
    if (statusSeen.current.get(id) !== session.status)
      void queryClient.invalidateQueries({ queryKey: ['automation', 'list'] })
    statusSeen.current.set(id, session.status)
  })
}
