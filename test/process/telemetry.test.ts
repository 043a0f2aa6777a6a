import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { temporaryFolder } from '../support/folder.ts'
import { freePort } from '../support/port.ts'
import { startServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const cycles = 25
const senders = 3

test(
  `kill -9 ${cycles} times while logs and metrics come in loses nothing acknowledged and doubles nothing`,
  { timeout: 240_000 },
  async () => {
    const dataDir = temporaryFolder()
    const port = await freePort()
    const acknowledged = { lines: new Set<string>(), samples: new Map<string, number>() }
    const startedAt = Date.now()
    for (let cycle = 0; cycle < cycles; cycle++) {
      const server = await startServer({ dataDir, port })
      const headers = { authorization: `Bearer ${await server.login()}`, 'content-type': 'application/json' }
      let killed = false
      const post = (path: string, body: unknown): Promise<Response | undefined> =>
        fetch(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) }).catch(() => undefined)
      const sendLines = async (sender: number): Promise<void> => {
        for (let turn = 0; !killed; turn++) {
          const lines = [0, 1, 2].map((index) => `cycle ${cycle} sender ${sender} turn ${turn} line ${index}`)
          const values = lines.map((line, index) => [`${Date.now()}00000${index}`, line])
          // A sender that gets no answer sends the same again, as collectors do.
          const body = { streams: [{ stream: { service: `s${sender}` }, values }] }
          const reply =
            (await post('/loki/api/v1/push', body)) ?? (killed ? undefined : await post('/loki/api/v1/push', body))
          if (reply?.status === 204) for (const line of lines) acknowledged.lines.add(line)
        }
      }
      const sendSamples = async (): Promise<void> => {
        for (let turn = 0; !killed; turn++) {
          const value = cycle * 100_000 + turn
          const timeUnixNano = `${Date.now()}000000`
          const dataPoints = [{ timeUnixNano, asInt: String(value) }]
          const metrics = [{ name: 'turns', gauge: { dataPoints } }]
          const reply = await post('/otlp/v1/metrics', { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] })
          if (reply?.status === 200) acknowledged.samples.set(timeUnixNano.slice(0, 13), value)
        }
      }
      const sending = Promise.all([...Array.from({ length: senders }, (_, sender) => sendLines(sender)), sendSamples()])
      const before = acknowledged.lines.size
      await until('something is stored', () => acknowledged.lines.size > before, 20_000)
      await delay(Math.random() * 200)
      server.process.kill('SIGKILL')
      killed = true
      await sending
      await server.exited
    }

    const server = await startServer({ dataDir, port })
    const authorization = `Bearer ${await server.login()}`
    const get = async (path: string): Promise<unknown> =>
      (await fetch(`${server.url}${path}`, { headers: { authorization } })).json()
    const stored: string[] = []
    for (let offset = 0; ; offset += 5_000) {
      const page = (await get(`/api/v1/logs/all?limit=5000&offset=${offset}`)) as {
        logs: { message: string }[]
        has_more: boolean
      }
      stored.push(...page.logs.map(({ message }) => message).filter((message) => message.startsWith('cycle ')))
      if (!page.has_more) break
    }
    assert.ok(acknowledged.lines.size > cycles, `${acknowledged.lines.size} lines were acknowledged`)
    assert.ok(acknowledged.samples.size > cycles, `${acknowledged.samples.size} samples were acknowledged`)
    const once = new Set(stored)
    assert.deepEqual(
      [...acknowledged.lines].filter((line) => !once.has(line)),
      [],
    )
    assert.equal(stored.length, once.size, 'no line is there twice')

    const spanSeconds = Math.ceil((Date.now() - startedAt) / 1_000) + 10
    const { data } = (await get(`/prometheus/api/v1/query?query=${encodeURIComponent(`turns[${spanSeconds}s]`)}`)) as {
      data: { result: { values: [number, string][] }[] }
    }
    const samples = new Map(
      data.result[0]!.values.map(([at, value]) => [String(Math.round(at * 1_000)), Number(value)]),
    )
    const lost = [...acknowledged.samples].filter(([at, value]) => samples.get(at) !== value)
    assert.deepEqual(lost, [])
    server.process.kill('SIGTERM')
    assert.equal(await server.exited, 0)
  },
)
