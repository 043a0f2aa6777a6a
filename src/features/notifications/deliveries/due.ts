import type { ReadDb } from '#platform/database/database.ts'
import type { DeliveryRow } from './store.ts'

/** Channels with something that may be sent now. */
export async function channelsDue(db: ReadDb, now: number): Promise<string[]> {
  const rows = await db
    .selectFrom('notification_deliveries')
    .select('channel_id')
    .distinct()
    .where('state', 'in', ['waiting', 'sending'])
    .where('next_at', '<=', now)
    .execute()
  return rows.map(({ channel_id }) => channel_id)
}

/** When something that has to wait yet may be sent; null when nothing does. */
export async function nextDueAt(db: ReadDb, now: number): Promise<number | null> {
  const { at } = await db
    .selectFrom('notification_deliveries')
    .select((row) => row.fn.min('next_at').as('at'))
    .where('state', '=', 'waiting')
    .where('next_at', '>', now)
    .executeTakeFirstOrThrow()
  return at === null ? null : Number(at)
}

/** What may be sent now over a channel: of each group only the first that is not done, so that none overtakes another. */
export function deliveriesDue(db: ReadDb, channelId: string, now: number, limit: number): Promise<DeliveryRow[]> {
  return db
    .selectFrom('notification_deliveries as delivery')
    .selectAll()
    .where('channel_id', '=', channelId)
    .where('state', 'in', ['waiting', 'sending'])
    .where('next_at', '<=', now)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('notification_deliveries as earlier')
            .select('earlier.id')
            .whereRef('earlier.channel_id', '=', 'delivery.channel_id')
            .whereRef('earlier.group_id', '=', 'delivery.group_id')
            .whereRef('earlier.turn', '<', 'delivery.turn')
            .where('earlier.state', 'in', ['waiting', 'sending']),
        ),
      ),
    )
    .orderBy('created_at')
    .orderBy('id')
    .limit(limit)
    .execute()
}
