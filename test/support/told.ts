import assert from 'node:assert/strict'
import type { Severity } from '#features/alerts/index.ts'
import { alertRow } from './alertTimeline.ts'
import type { TestApp } from './app.ts'
import type { Hook } from './hook.ts'
import { until } from './until.ts'

export const signingSecret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`

/** Makes alerts and channels in a running product, and reads what receivers were told. */
export function tellingApp({ app, admin }: Pick<TestApp, 'app' | 'admin'>) {
  const { write, read } = app.platform.database
  const { now } = app.platform
  const call = async (method: string, path: string, body?: unknown) => {
    const reply = await admin(method, `/api/v1/notifications${path}`, body)
    assert.ok(reply.statusCode < 300, `${method} ${path}: ${reply.body}`)
    return reply.json()
  }
  const route = async (route: object): Promise<void> => {
    const { version } = await call('GET', '/routes')
    await call('PUT', '/routes', { version, routing: { route } })
  }
  /** It wakes whoever decides, as a change of an alert does. */
  const wake = (): Promise<void> =>
    app.platform.events.publish({ id: crypto.randomUUID(), topic: 'alert.test', payload: {}, at: now() })
  return {
    call,
    /** Nothing waits for anything. */
    routeAtOnce: (more: object = {}) =>
      route({ channels: 'all', group_by: ['...'], group_wait_seconds: 0, group_interval_seconds: 0, ...more }),
    webhook: async (name: string, { url }: Pick<Hook, 'url'>): Promise<string> =>
      (await call('POST', '/channels', { name, kind: 'webhook', config: { url, signing_secret: signingSecret } })).id,
    fires: async (name: string, severity: Severity = 'warning'): Promise<string> => {
      const row = alertRow(name, severity, {}, now())
      await write.insertInto('alerts').values(row).execute()
      await wake()
      return row.id
    },
    resolves: async (name: string): Promise<void> => {
      await write
        .updateTable('alerts')
        .set({ state: 'resolved', resolved_at: now(), updated_at: now(), open_key: null })
        .where('open_key', '=', name)
        .execute()
      await wake()
    },
    wake,
    /** Waits for a delivery of this state, the newest first. */
    delivery: async (
      state: string,
      channelId: string,
    ): Promise<{ id: string; last_detail: string; attempt_count: number }> => {
      const find = () =>
        read
          .selectFrom('notification_deliveries')
          .selectAll()
          .where('state', '=', state as 'sent')
          .where('channel_id', '=', channelId)
          .orderBy('created_at', 'desc')
          .orderBy('id', 'desc')
          .executeTakeFirst()
      await until(`a delivery is ${state}`, async () => (await find()) !== undefined, 20_000)
      const { id, last_detail, attempt_count } = (await find())!
      return { id, last_detail: last_detail ?? '', attempt_count: Number(attempt_count) }
    },
  }
}

/** `+disk`, `-disk` and the id of the message, in the order they came. */
export const heard = ({ received }: Pick<Hook, 'received'>): { id: string; alerts: string }[] =>
  received.map(({ headers, body }) => ({
    id: String(headers['webhook-id']),
    alerts: (JSON.parse(body) as { alerts: { status: string; labels: { alertname: string } }[] }).alerts
      .map(({ status, labels }) => `${status === 'firing' ? '+' : '-'}${labels.alertname}`)
      .toSorted()
      .join(' '),
  }))

export const told = (hook: Pick<Hook, 'received'>): string[] => heard(hook).map(({ alerts }) => alerts)
