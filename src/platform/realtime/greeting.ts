import { iso } from '#kernel/time.ts'
import { heartbeatMs, type Connection } from './connections.ts'
import type { Platform } from '../platform.ts'
import type { Rooms } from './rooms.ts'

/** The event by which a client learns that it is connected, and as whom. */
export const greetingEvent = 'connection_established'

export function greeting({ version, now }: Platform, { id, ctx: { actor } }: Connection, rooms: Rooms) {
  return {
    connection_id: id,
    user: { id: actor.id, username: actor.label, role: actor.role },
    session_id: actor.sessionId,
    rooms: rooms.names(),
    server_version: version,
    heartbeat_ms: heartbeatMs,
    timestamp: iso(now()),
  }
}
