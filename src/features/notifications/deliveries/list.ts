import type * as z from 'zod'
import { AppError, notFound } from '#kernel/errors.ts'
import { iso, isoOrNull } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { ReadDb, Tx } from '#platform/database/database.ts'
import type { Notification } from '../notification.ts'
import type { Delivery, deliveryEndpoints } from './contract.ts'
import type { DeliveryRow } from './store.ts'

type Filter = z.output<typeof deliveryEndpoints.listDeliveries.query>

export async function listDeliveries(
  { db }: Context,
  { limit, offset, ...filter }: Filter,
): Promise<{ deliveries: z.output<typeof Delivery>[]; total: number; has_more: boolean }> {
  const rows = await matching(db, filter)
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .offset(offset)
    .execute()
  const { count } = await matching(db, filter)
    .select((row) => row.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  const total = Number(count)
  return { deliveries: rows.map(deliveryView), total, has_more: offset + rows.length < total }
}

function matching(db: ReadDb, { state, channel_id, alert_id }: Omit<Filter, 'limit' | 'offset'>) {
  let deliveries = db.selectFrom('notification_deliveries')
  if (state) deliveries = deliveries.where('state', '=', state)
  if (channel_id) deliveries = deliveries.where('channel_id', '=', channel_id)
  if (alert_id)
    deliveries = deliveries.where('id', 'in', (query) =>
      query.selectFrom('notification_delivery_alerts').select('delivery_id').where('alert_id', '=', alert_id),
    )
  return deliveries
}

export async function readDelivery(
  { db }: Context,
  id: string,
): Promise<z.output<typeof deliveryEndpoints.getDelivery.reply>> {
  const row = await deliveryOrThrow(db, id)
  const attempts = await db
    .selectFrom('notification_attempts')
    .select(['number', 'at', 'duration_ms', 'outcome', 'status', 'detail'])
    .where('delivery_id', '=', id)
    .orderBy('number')
    .execute()
  return {
    ...deliveryView(row),
    attempts: attempts.map(({ at, ...attempt }) => ({ ...attempt, at: iso(at) })),
    notification: JSON.parse(row.notification_json),
  }
}

/** Sends again, under the same id, what was sent or given up. */
export async function replayDelivery(ctx: Context, id: string): Promise<z.output<typeof Delivery>> {
  return ctx.change('notification.replay', { kind: 'delivery', id }, async (tx, note) => {
    const before = await deliveryOrThrow(tx, id)
    const again = { state: 'waiting' as const, next_at: ctx.now(), finished_at: null, claimed_by: null }
    const { numUpdatedRows } = await tx
      .updateTable('notification_deliveries')
      .set(again)
      .where('id', '=', id)
      .where('state', 'in', ['sent', 'dead'])
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw new AppError('CONFLICT', 'It is on its way already', { state: before.state })
    note.before = { state: before.state }
    note.after = { state: again.state }
    return deliveryView({ ...before, ...again })
  })
}

async function deliveryOrThrow(db: ReadDb | Tx, id: string): Promise<DeliveryRow> {
  const row = await db.selectFrom('notification_deliveries').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw notFound('delivery', id)
  return row
}

const deliveryView = (row: DeliveryRow): z.output<typeof Delivery> => ({
  id: row.id,
  state: row.state,
  channel_id: row.channel_id,
  channel_name: row.channel_name,
  channel_kind: row.channel_kind,
  group_key: row.group_key,
  status: row.status,
  reason: row.reason,
  title: row.title,
  alert_count: row.alert_count,
  alert_ids: alertIdsIn(row),
  attempt_count: row.attempt_count,
  created_at: iso(row.created_at),
  next_attempt_at: row.finished_at === null ? iso(row.next_at) : null,
  finished_at: isoOrNull(row.finished_at),
  last_status: row.last_status,
  last_detail: row.last_detail,
})

const alertIdsMax = 50

const alertIdsIn = ({ notification_json }: DeliveryRow): string[] =>
  (JSON.parse(notification_json) as Notification).alerts.slice(0, alertIdsMax).map(({ id }) => id)
