import { alertsByIds, recordHistory } from '#features/alerts/index.ts'
import { Context, systemActor } from '#platform/context.ts'
import type { Tx } from '#platform/database/database.ts'
import type { Lease } from '#platform/jobs/lease.ts'
import type { Platform } from '#platform/platform.ts'
import type { Answer } from '../channels/channel.ts'
import type { DeliveryState } from './contract.ts'
import { retryAt } from './retry.ts'
import type { DeliveryRow } from './store.ts'

/** An attempt that this server has begun. */
export interface Claim {
  delivery: DeliveryRow
  /** 1 for the first. */
  number: number
}

/** Takes a delivery to send it. Undefined when somebody else has it. @throws LeaseLost */
export function claim(
  platform: Platform,
  lease: Pick<Lease, 'fence'>,
  delivery: DeliveryRow,
): Promise<Claim | undefined> {
  const number = delivery.attempt_count + 1
  return platform.database.transaction(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('notification_deliveries')
      .set({ state: 'sending', claimed_by: platform.instanceId, attempt_count: number })
      .where('id', '=', delivery.id)
      .where('attempt_count', '=', delivery.attempt_count)
      .where('state', 'in', ['waiting', 'sending'])
      .executeTakeFirst()
    await lease.fence(tx)
    return numUpdatedRows > 0n ? { delivery, number } : undefined
  })
}

export interface Attempted {
  claim: Claim
  answer: Answer
  at: number
  durationMs: number
}

/**
 * Writes down how an attempt ended. Does nothing where another server has taken the delivery over meanwhile: then
 * that one's attempt counts.
 */
export async function record(platform: Platform, attempted: Attempted): Promise<DeliveryState> {
  const { claim, answer } = attempted
  const now = platform.now()
  const next = following(attempted, now)
  await platform.database.transaction(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('notification_deliveries')
      .set(next)
      .where('id', '=', claim.delivery.id)
      .where('claimed_by', '=', platform.instanceId)
      .where('attempt_count', '=', claim.number)
      .where('state', '=', 'sending')
      .executeTakeFirst()
    if (numUpdatedRows === 0n) return
    await writeAttempt(tx, attempted)
    if (next.finished_at !== null) await writeHistory(tx, claim.delivery, next.state, answer, now)
  })
  if (answer.outcome === 'gone') await switchOff(platform, claim.delivery)
  return next.state
}

function following({ claim, answer }: Attempted, now: number) {
  const common = { claimed_by: null, last_status: answer.status }
  if (answer.outcome === 'sent')
    return { ...common, state: 'sent' as const, next_at: now, finished_at: now, last_detail: answer.detail }
  const again =
    answer.outcome === 'retry'
      ? retryAt({ attempts: claim.number, retryAfterMs: answer.retryAfterMs, now, random: Math.random() })
      : null
  if (again !== null)
    return { ...common, state: 'waiting' as const, next_at: again, finished_at: null, last_detail: answer.detail }
  return {
    ...common,
    state: 'dead' as const,
    next_at: now,
    finished_at: now,
    last_detail: `${whyDead[answer.outcome]}: ${answer.detail}`,
  }
}

const whyDead = {
  sent: 'Sent',
  retry: 'Tried for more than a day',
  refused: 'Refused',
  gone: 'Nobody is there any more',
}

async function writeAttempt(tx: Tx, { claim, answer, at, durationMs }: Attempted): Promise<void> {
  const { outcome, status, detail } = answer
  await tx
    .insertInto('notification_attempts')
    .values({
      delivery_id: claim.delivery.id,
      number: claim.number,
      at,
      duration_ms: Math.round(durationMs),
      outcome,
      status,
      detail,
    })
    .execute()
}

/** On the timeline of each alert that it told of. */
async function writeHistory(
  tx: Tx,
  { id, channel_name, reason, status }: DeliveryRow,
  state: DeliveryState,
  answer: Answer,
  at: number,
): Promise<void> {
  const told = await tx
    .selectFrom('notification_delivery_alerts')
    .select('alert_id')
    .where('delivery_id', '=', id)
    .execute()
  const present = await alertsByIds(
    tx,
    told.map(({ alert_id }) => alert_id),
  )
  const what = reason.startsWith('escalated') ? 'escalated' : 'notified'
  const outcome = state === 'sent' ? (answer.status ?? 'sent') : `not told: ${answer.detail}`
  const detail = `${channel_name}, ${status}, ${reason}: ${outcome}`
  await recordHistory(
    tx,
    present.map((alert) => ({ alert_id: alert.id, at, what, by: null, detail })),
  )
}

/** A channel whose receiver says that it is gone is not called again until somebody looks after it. */
async function switchOff(platform: Platform, { channel_id, channel_name }: DeliveryRow): Promise<void> {
  const ctx = new Context(platform, systemActor('system', 'Miktos', []), {
    requestId: null,
    address: null,
    userAgent: null,
  })
  await ctx.change('notification.channel.disable', { kind: 'channel', id: channel_id }, async (tx, note) => {
    await tx
      .updateTable('notification_channels')
      .set((row) => ({
        enabled: 0,
        version: row('version', '+', 1),
        updated_at: ctx.now(),
        updated_by: ctx.actor.label,
      }))
      .where('id', '=', channel_id)
      .where('enabled', '=', 1)
      .execute()
    note.before = { name: channel_name, enabled: true }
    note.after = { name: channel_name, enabled: false }
  })
}

/** What waits for channels that were switched off or deleted is given up; it may be replayed. */
export async function giveUpFor(platform: Platform, channelId: string, why: string): Promise<void> {
  const now = platform.now()
  await platform.database.transaction((tx) =>
    tx
      .updateTable('notification_deliveries')
      .set({ state: 'dead', finished_at: now, claimed_by: null, last_detail: why })
      .where('channel_id', '=', channelId)
      .where('state', 'in', ['waiting', 'sending'])
      // What this server is sending at the moment ends by itself.
      .where((row) => row.or([row('claimed_by', 'is', null), row('claimed_by', '!=', platform.instanceId)]))
      .execute(),
  )
}
