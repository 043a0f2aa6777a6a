import type { Platform } from '#platform/platform.ts'
import type { Notification } from '../notification.ts'
import type { Answer } from './channel.ts'
import { kindOf } from './kinds.ts'
import { wholeConfig } from './known.ts'
import type { ChannelRow } from './store.ts'

/** Tells a channel once and answers what the other side said. Takes as long as that needs, within bounds of each kind. */
export function sendBy(
  { outbound, secrets, now }: Pick<Platform, 'outbound' | 'secrets' | 'now'>,
  row: ChannelRow,
  notification: Notification,
): Promise<Answer> {
  return kindOf(row.kind).send(wholeConfig(secrets, row), notification, { outbound, now })
}

/** A way out, ready to be used. */
export interface OpenChannel {
  name: string
  /** Messages a minute that the other side bears. */
  perMinuteMax: number
  /** Tells it once, and writes down with the channel what the other side said. */
  send(notification: Notification): Promise<Answer>
}

/** Undefined where there is no such channel, or it is switched off. */
export async function openChannel(platform: Platform, id: string): Promise<OpenChannel | undefined> {
  const row = await platform.database.read
    .selectFrom('notification_channels')
    .selectAll()
    .where('id', '=', id)
    .where('enabled', '=', 1)
    .executeTakeFirst()
  if (!row) return undefined
  return {
    name: row.name,
    perMinuteMax: kindOf(row.kind).perMinuteMax,
    send: async (notification) => {
      const answer = await sendBy(platform, row, notification)
      // What was sent counts as sent though this cannot be written down.
      await noteLast(platform, id, answer).catch((error: unknown) =>
        platform.log
          .child({ component: 'notifications' })
          .warn({ err: error }, 'the state of a channel was not stored'),
      )
      return answer
    },
  }
}

const noteLast = (platform: Platform, id: string, answer: Answer): Promise<unknown> =>
  platform.database.measurement((tx) =>
    tx.updateTable('notification_channels').set(lastDelivery(answer, platform.now())).where('id', '=', id).execute(),
  )

/** What a channel shows of the message it sent last. */
export const lastDelivery = (
  { outcome, status, detail }: Answer,
  at: number,
): Pick<ChannelRow, 'last_at' | 'last_outcome' | 'last_status' | 'last_detail'> => ({
  last_at: at,
  last_outcome: outcome,
  last_status: status,
  last_detail: detail,
})
