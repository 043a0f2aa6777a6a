import assert from 'node:assert/strict'
import type { Database } from '#platform/database/database.ts'
import { alertRow } from './alertTimeline.ts'
import type { Hook } from './hook.ts'
import type { ServerProcess } from './server.ts'
import { heard, signingSecret } from './told.ts'

/** Tells a server whom to tell, each alert by itself and without waiting. */
export async function tellAtOnce(server: ServerProcess, hook: Hook): Promise<void> {
  const token = await server.login()
  const call = async (method: string, path: string, body: unknown): Promise<void> => {
    const reply = await fetch(`${server.url}/api/v1/notifications${path}`, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    })
    assert.ok(reply.ok, `${path}: ${await reply.text()}`)
  }
  await call('POST', '/channels', {
    name: 'hook',
    kind: 'webhook',
    config: { url: hook.url, signing_secret: signingSecret },
  })
  const route = { channels: 'all', group_by: ['...'], group_wait_seconds: 0, group_interval_seconds: 0 }
  await call('PUT', '/routes', { version: 0, routing: { route } })
}

/** Changes alerts from outside, as a server does that evaluates rules while the one that tells is gone. */
export function scripted({ write }: Database) {
  return {
    fires: (name: string): Promise<unknown> =>
      write
        .insertInto('alerts')
        .values(alertRow(name, 'warning', {}, Date.now()))
        .execute(),
    resolves: (name: string): Promise<unknown> =>
      write
        .updateTable('alerts')
        .set({ state: 'resolved', resolved_at: Date.now(), updated_at: Date.now(), open_key: null })
        .where('open_key', '=', name)
        .execute(),
  }
}

/** How often each message came. */
export interface Heard {
  /** Told under one id only, and once: `+a0`. */
  once: string[]
  /** Told under several ids. */
  doubled: string[]
  /** Told more than once under the same id. */
  repeated: string[]
}

/** How often each message came, by what it said. */
export function summary(hook: Hook): Heard {
  const byText = Map.groupBy(heard(hook), ({ alerts }) => alerts)
  const result: Heard = { once: [], doubled: [], repeated: [] }
  for (const [text, messages] of byText) {
    const ids = new Set(messages.map(({ id }) => id))
    if (ids.size > 1) result.doubled.push(text)
    else if (messages.length > 1) result.repeated.push(text)
    else result.once.push(text)
  }
  return result
}
