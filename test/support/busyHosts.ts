import assert from 'node:assert/strict'
import { after } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { remoteWrite } from './remoteWrite.ts'
import type { ServerProcess } from './server.ts'

/** When each host is busy: from a second to a second after the beginning. */
export type Busy = ReadonlyMap<string, readonly (readonly [from: number, to: number])[]>

/** An alert of a host. */
export interface Fired {
  host: string
  firedMs: number
  resolvedMs: number | null
}

/** Seconds between two evaluations, and how long a host has to be busy. */
export const intervalSeconds = 5
export const forSeconds = 10
/** How far times may differ: an evaluation earlier or later, and what a start takes. */
const toleranceMs = 2 * intervalSeconds * 1_000

type Call = <T>(method: string, path: string, body?: unknown) => Promise<T>

/** Calls the API of whatever server `reached` answers at the moment. */
export const apiOf =
  (reached: () => { url: string; token: string }): Call =>
  async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const { url, token } = reached()
    const reply = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    assert.ok(reply.ok, `${path}: ${reply.status} ${await reply.clone().text()}`)
    return reply.json() as Promise<T>
  }

/** Leaves one rule: that of busy hosts. */
export async function watchBusyHosts(call: Call): Promise<void> {
  const { rules } = await call<{ rules: { id: string }[] }>('GET', '/alerts')
  for (const { id } of rules) await call('PUT', `/alerts/${id}`, { enabled: false })
  await call('POST', '/alerts', {
    name: 'Busy',
    condition: { type: 'promql', expr: 'scripted > 80' },
    interval_seconds: intervalSeconds,
    for_seconds: forSeconds,
  })
}

/** Sends a sample of each host a second, and what could not be sent as soon as it can, as Prometheus does. */
export function sampler(busy: Busy, beganAt: number, target: () => Pick<ServerProcess, 'url'> & { token: string }) {
  let sentTo = -1
  let stopped = false
  after(() => (stopped = true))
  const send = async (): Promise<void> => {
    const now = Math.floor((Date.now() - beganAt) / 1_000)
    const times = Array.from({ length: now - sentTo }, (_, index) => sentTo + 1 + index)
    if (times.length === 0) return
    const series = [...busy].map(([host, spans]) => ({
      labels: { __name__: 'scripted', host },
      timestamps: Float64Array.from(times, (second) => beganAt + second * 1_000),
      values: Float64Array.from(times, (second) =>
        spans.some(([from, to]) => second >= from && second < to) ? 95 : 5,
      ),
    }))
    const { url, token } = target()
    await remoteWrite(`${url}/prometheus/api/v1/write`, series, token)
    sentTo = now
  }
  const running = (async () => {
    while (!stopped) {
      // Nobody may be there to take them just now.
      await send().catch(() => undefined)
      await delay(200)
    }
  })()
  return {
    stop: async (): Promise<void> => {
      stopped = true
      await running
    },
  }
}

/** What an evaluation that nothing interrupts makes of it, which each second is sampled of. */
export const expectedAlerts = (busy: Busy, beganAt: number): Fired[] =>
  [...busy].flatMap(([host, spans]) =>
    spans.map(([from, to]) => ({
      host,
      firedMs: beganAt + (from + forSeconds) * 1_000,
      resolvedMs: beganAt + to * 1_000,
    })),
  )

interface Listed {
  labels: Record<string, string>
  fired_at: string
  resolved_at: string | null
}

export async function firedAlerts(call: Call): Promise<Fired[]> {
  const { alerts } = await call<{ alerts: Listed[] }>('GET', '/alerts/history?limit=500')
  return alerts.map(({ labels, fired_at, resolved_at }) => ({
    host: labels['host']!,
    firedMs: Date.parse(fired_at),
    resolvedMs: resolved_at === null ? null : Date.parse(resolved_at),
  }))
}

/** The same alerts, none more and none fewer, at the same times but for an evaluation. */
export function assertSameAlerts(found: Fired[], wanted: Fired[]): void {
  const inOrder = (list: Fired[]): Fired[] =>
    list.toSorted((a, b) => a.host.localeCompare(b.host) || a.firedMs - b.firedMs)
  const told = (list: Fired[]): string => JSON.stringify(inOrder(list), null, 1)
  assert.equal(found.length, wanted.length, `found ${told(found)}\nwanted ${told(wanted)}`)
  for (const [index, one] of inOrder(found).entries()) {
    const other = inOrder(wanted)[index]!
    assert.equal(one.host, other.host)
    assert.ok(Math.abs(one.firedMs - other.firedMs) <= toleranceMs, `fired: ${told([one])} wanted ${told([other])}`)
    assert.ok(
      one.resolvedMs !== null && Math.abs(one.resolvedMs - other.resolvedMs!) <= toleranceMs,
      `resolved: ${told([one])} wanted ${told([other])}`,
    )
  }
}
