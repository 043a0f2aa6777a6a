import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { databaseEngines } from '../support/engines.ts'
import { temporaryFolder } from '../support/folder.ts'
import { freePort } from '../support/port.ts'
import { Random } from '../support/random.ts'
import { remoteWrite } from '../support/remoteWrite.ts'
import { startServer, type ServerProcess } from '../support/server.ts'

/** Half of them with -9. Set it to 100 for the long run. */
const restarts = Number(process.env['MIKTOS_ALERT_RESTARTS'] ?? 6)
/** Long enough that each restart falls within the script. */
const seconds = Math.max(60, restarts * 12)
const intervalSeconds = 5
const forSeconds = 10
/** How far times may differ: an evaluation earlier or later, and what a start takes. */
const toleranceMs = 2 * intervalSeconds * 1_000

interface Fired {
  host: string
  firedMs: number
  resolvedMs: number | null
}

/** When each host is busy: from a second to a second of the script. */
function script(random: Random): Map<string, [from: number, to: number][]> {
  const hosts = Array.from({ length: 6 }, (_, index) => `host-${index}`)
  return new Map(
    hosts.map((host) => {
      const spans: [number, number][] = []
      let at = random.between(2, 20)
      while (at + 45 < seconds) {
        const to = at + random.between(forSeconds + 8, 35)
        spans.push([at, to])
        at = to + random.between(15, 40)
      }
      return [host, spans]
    }),
  )
}

/** What an evaluation that nothing interrupts makes of the script, which each second is sampled of. */
function expected(busy: ReturnType<typeof script>, beganAt: number): Fired[] {
  return [...busy].flatMap(([host, spans]) =>
    spans.map(([from, to]) => ({
      host,
      firedMs: beganAt + (from + forSeconds) * 1_000,
      resolvedMs: beganAt + to * 1_000,
    })),
  )
}

describe('alerts over restarts', { concurrency: true }, () => {
  for (const engine of databaseEngines().filter(({ name }) => name !== 'MariaDB')) {
    test(
      `${restarts} of them on ${engine.name}, half by kill -9, give those of an evaluation without any`,
      {
        timeout: (seconds + restarts * 30 + 60) * 1_000,
        skip: engine.url === undefined && 'there is no server for it',
      },
      async () => {
        const random = new Random(20_261_122)
        const busy = script(random)
        const env = { MIKTOS_DATABASE_URL: await engine.freshUrl(), MIKTOS_METRICS_INTERVAL_SECONDS: '0' }
        const dataDir = temporaryFolder()
        const port = await freePort()
        let server: ServerProcess = await startServer({ dataDir, env, port })
        let token = await server.login()
        const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
          const reply = await fetch(`${server.url}/api/v1${path}`, {
            method,
            headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
            ...(body !== undefined && { body: JSON.stringify(body) }),
          })
          assert.ok(reply.ok, `${path}: ${reply.status} ${await reply.clone().text()}`)
          return reply.json() as Promise<T>
        }
        const { rules } = await call<{ rules: { id: string; builtin: boolean }[] }>('GET', '/alerts')
        for (const { id } of rules) await call('PUT', `/alerts/${id}`, { enabled: false })
        await call('POST', '/alerts', {
          name: 'Busy',
          condition: { type: 'promql', expr: 'scripted > 80' },
          interval_seconds: intervalSeconds,
          for_seconds: forSeconds,
        })

        const beganAt = Date.now()
        const sender = sampler(busy, beganAt, () => ({ url: `${server.url}/prometheus/api/v1/write`, token }))
        for (let restart = 0; restart < restarts; restart++) {
          await delay(((seconds * 0.9) / restarts) * 1_000 * (0.5 + random.next() * 0.5))
          server.process.kill(restart % 2 === 0 ? 'SIGKILL' : 'SIGTERM')
          await server.exited
          server = await startServer({ dataDir, env, port })
          token = await server.login()
        }
        await delay(Math.max(0, beganAt + (seconds + 20) * 1_000 - Date.now()))
        await sender.stop()
        const found = await firedAlerts(call)
        compare(found, expected(busy, beganAt))
        server.process.kill('SIGTERM')
        assert.equal(await server.exited, 0)
      },
    )
  }
})

/** Sends a sample of each host a second, and what could not be sent as soon as it can, as Prometheus does. */
function sampler(busy: ReturnType<typeof script>, beganAt: number, target: () => { url: string; token: string }) {
  let sentTo = -1
  let stopped = false
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
    await remoteWrite(url, series, token)
    sentTo = now
  }
  const running = (async () => {
    while (!stopped) {
      // Nobody is there to take them while the server starts.
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

interface Listed {
  labels: Record<string, string>
  fired_at: string
  resolved_at: string | null
}

async function firedAlerts(call: <T>(method: string, path: string) => Promise<T>): Promise<Fired[]> {
  const { alerts } = await call<{ alerts: Listed[] }>('GET', '/alerts/history?limit=500')
  return alerts.map(({ labels, fired_at, resolved_at }) => ({
    host: labels['host']!,
    firedMs: Date.parse(fired_at),
    resolvedMs: resolved_at === null ? null : Date.parse(resolved_at),
  }))
}

function compare(found: Fired[], wanted: Fired[]): void {
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
