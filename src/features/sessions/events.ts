import { newId } from '#kernel/id.ts'
import type { ReadDb, Tx } from '#platform/database/database.ts'
import type { SessionEventKind, SessionEventRow, SessionRow } from './store.ts'

/** Older events of a session make room for newer ones. */
const eventsMax = 2_000
const pruneEvery = 100
const textLengthMax = 4_000

export interface NewEvent {
  kind: SessionEventKind
  text: string
  data?: unknown
}

/** Adds to what is told of a session. The row that is passed counts them, and is to be stored with the rest. */
export async function appendEvent(
  tx: Tx,
  session: SessionRow,
  at: number,
  { kind, text, data }: NewEvent,
): Promise<void> {
  session.event_count += 1
  await tx
    .insertInto('automation_session_events')
    .values({
      id: newId(),
      session_id: session.id,
      at,
      kind,
      text: text.slice(0, textLengthMax),
      data_json: data === undefined ? null : JSON.stringify(data),
    })
    .execute()
  if (session.event_count % pruneEvery === 0 && session.event_count > eventsMax) await prune(tx, session.id)
}

async function prune(tx: Tx, sessionId: string): Promise<void> {
  const oldest = await tx
    .selectFrom('automation_session_events')
    .select('id')
    .where('session_id', '=', sessionId)
    .orderBy('id', 'desc')
    .offset(eventsMax)
    .limit(1)
    .executeTakeFirst()
  if (!oldest) return
  await tx
    .deleteFrom('automation_session_events')
    .where('session_id', '=', sessionId)
    .where('id', '<=', oldest.id)
    .execute()
}

export async function listEvents(
  db: ReadDb,
  sessionId: string,
  { limit, before }: { limit: number; before?: string | undefined },
): Promise<{ events: SessionEventRow[]; has_more: boolean }> {
  let query = db.selectFrom('automation_session_events').selectAll().where('session_id', '=', sessionId)
  if (before !== undefined) query = query.where('id', '<', before)
  const rows = await query
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  return { events: rows.slice(0, limit), has_more: rows.length > limit }
}
