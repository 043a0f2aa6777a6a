import { newId } from '#kernel/id.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import { sessionViews } from './view.ts'

const topic = 'sessions'

/** Every change of a session, for whoever may read sessions: `session_update` in the room `session_updates`. */
export function declareSessionTopic({ live }: Platform): void {
  live.declare(topic, { access: 'sessions:read', event: 'session_update', room: 'session_updates' })
}

/** Figures are no change of state, so that no event tells of them by itself. */
export async function tellFigures({ events, now }: Platform, sessionId: string): Promise<void> {
  const payload = { target: { kind: 'automation session', id: sessionId } }
  await events.publish({ id: newId(), topic: 'automation-session.figures', payload, at: now() })
}

/** Each server tells those that are connected to it; what others committed reaches it as an event. */
export function startSessionTopic(platform: Platform): Stop {
  const { events, live } = platform
  return events.subscribe('automation-session.*', ({ payload, topic: what }) => {
    const { id } = (payload as { target: { id: string } }).target
    if (what === 'automation-session.delete') live.publish(topic, { session_id: id, id, deleted: true })
    else return publishSession(platform, id)
  })
}

/** Tells those that are connected to this server how a session is, also when something else changed it. */
export async function publishSession({ live, database, now }: Platform, id: string): Promise<void> {
  if (live.watchers(topic) === 0) return
  const row = await database.read.selectFrom('automation_sessions').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) return
  const [view] = await sessionViews(database.read, [row], now())
  live.publish(topic, { session_id: id, ...view })
}
