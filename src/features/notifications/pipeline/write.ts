import type { Tx } from '#platform/database/database.ts'
import { newId } from '#kernel/id.ts'
import type { DeliveryRow } from '../deliveries/store.ts'
import type { Group } from './group.ts'
import { notificationOf, titleOf } from './message.ts'
import type { Plan, Tell } from './plan.ts'
import type { ChannelName, RememberedGroup } from './read.ts'

/** What was decided about one group. */
export interface Decided {
  group: Pick<Group, 'id' | 'key' | 'labels'>
  before: RememberedGroup | undefined
  plan: Plan
}

interface Frame {
  now: number
  externalUrl: string
  channels: ReadonlyMap<string, ChannelName>
}

/** Whether there is anything to write. */
export const changesAnything = ({ before, plan }: Decided): boolean =>
  plan.tells.length > 0 ||
  JSON.stringify(before?.escalation ?? null) !== JSON.stringify(plan.escalation) ||
  (before !== undefined && isOver(plan)) ||
  (before?.told ?? []).some(({ channelId, firing }) => !sameIds(firing, plan.knows.get(channelId)))

const sameIds = (a: readonly string[], b: readonly string[] | undefined): boolean =>
  b !== undefined && a.length === b.length && a.every((id, index) => id === b[index])

const isOver = ({ knows, escalation }: Plan): boolean => knows.size === 0 && escalation === null

/** Remembers what is told, and the messages themselves: both or neither. */
export async function write(tx: Tx, decided: Decided, frame: Frame): Promise<void> {
  await writeGroup(tx, decided)
  await writeTold(tx, decided, frame.now)
  for (const tell of decided.plan.tells) await enqueue(tx, decided, tell, frame)
}

async function writeGroup(tx: Tx, { group, before, plan }: Decided): Promise<void> {
  const { escalation } = plan
  if (isOver(plan)) return void (await tx.deleteFrom('notification_groups').where('id', '=', group.id).execute())
  const escalating = {
    escalating_since: escalation?.since ?? null,
    escalating_severity: escalation?.severity ?? null,
  }
  if (before) await tx.updateTable('notification_groups').set(escalating).where('id', '=', group.id).execute()
  else
    await tx
      .insertInto('notification_groups')
      .values({ id: group.id, key_text: group.key, labels_json: JSON.stringify(group.labels), ...escalating })
      .execute()
}

async function writeTold(tx: Tx, { group, before, plan }: Decided, now: number): Promise<void> {
  const told = new Map((before?.told ?? []).map((entry) => [entry.channelId, entry]))
  for (const channelId of told.keys()) {
    if (plan.knows.has(channelId)) continue
    await tx
      .deleteFrom('notification_told')
      .where('group_id', '=', group.id)
      .where('channel_id', '=', channelId)
      .execute()
  }
  for (const [channelId, firing] of plan.knows) {
    const isTold = plan.tells.some((tell) => tell.channelId === channelId)
    const known = told.get(channelId)
    const row = { firing_json: JSON.stringify(firing), at: isTold || !known ? now : known.at }
    if (known)
      await tx
        .updateTable('notification_told')
        .set(row)
        .where('group_id', '=', group.id)
        .where('channel_id', '=', channelId)
        .execute()
    else
      await tx
        .insertInto('notification_told')
        .values({ group_id: group.id, channel_id: channelId, ...row })
        .execute()
  }
}

async function enqueue(tx: Tx, { group }: Decided, tell: Tell, { now, externalUrl, channels }: Frame): Promise<void> {
  const channel = channels.get(tell.channelId)!
  const id = newId()
  const notification = notificationOf({ id, at: now, receiver: channel.name, externalUrl }, group, tell)
  const row: DeliveryRow = {
    id,
    channel_id: channel.id,
    channel_name: channel.name,
    channel_kind: channel.kind,
    group_id: group.id,
    group_key: group.key,
    turn: await nextTurn(tx, group.id, channel.id),
    state: 'waiting',
    status: notification.status,
    reason: tell.reason,
    title: titleOf(tell),
    alert_count: tell.firing.length + tell.resolved.length,
    notification_json: JSON.stringify(notification),
    attempt_count: 0,
    next_at: now,
    claimed_by: null,
    created_at: now,
    finished_at: null,
    last_status: null,
    last_detail: null,
  }
  await tx.insertInto('notification_deliveries').values(row).execute()
  const alerts = [...tell.firing, ...tell.resolved].map((alert) => ({ delivery_id: id, alert_id: alert.id }))
  for (let start = 0; start < alerts.length; start += rowsAtOnce)
    await tx
      .insertInto('notification_delivery_alerts')
      .values(alerts.slice(start, start + rowsAtOnce))
      .execute()
}

const rowsAtOnce = 500

async function nextTurn(tx: Tx, groupId: string, channelId: string): Promise<number> {
  const { last } = await tx
    .selectFrom('notification_deliveries')
    .select((row) => row.fn.max('turn').as('last'))
    .where('channel_id', '=', channelId)
    .where('group_id', '=', groupId)
    .executeTakeFirstOrThrow()
  return Number(last ?? 0) + 1
}
