import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { faultProxy, type Fault, type FaultProxy } from '../../../../test/support/faultProxy.ts'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { launchServer, type ServerProcess } from '../../../../test/support/server.ts'
import { until } from '../../../../test/support/until.ts'
import { logsConformance } from './conformance.ts'
import type { LogEntry } from './logs.ts'
import { openLoki, type LokiOptions, type LokiStore } from './loki.ts'

const token = 'a-token-of-every-right-for-tests'
const hourMs = 3_600_000
const options = { token, retentionMs: () => 167 * hourMs, now: Date.now }

/** Another Miktos speaks Loki's API; a Loki itself is not asked. */
describe('the API of Loki behind the adapter', () => {
  const folders = [temporaryFolder(), temporaryFolder()] as const
  let server: ServerProcess
  let other: ServerProcess
  let nowMs = Date.now()
  const launch = (dataDir: string): Promise<ServerProcess> =>
    launchServer(
      {
        dataDir,
        env: {
          MIKTOS_ADMIN_TOKEN: token,
          MIKTOS_METRICS_INTERVAL_SECONDS: '0',
          MIKTOS_LOGS_OWN: 'false',
          MIKTOS_LOGS_JOURNAL: 'false',
          MIKTOS_LOGS_DOCKER: 'false',
          MIKTOS_RATE_LIMIT_LOGS: '1000000',
          MIKTOS_RATE_LIMIT_PROTOCOL: '1000000',
        },
      },
      (child) => process.once('exit', () => child.kill('SIGKILL')),
    )
  before(async () => {
    server = await launch(folders[0])
    other = await launch(folders[1])
  })
  after(async () => {
    for (const { process: child } of [server, other]) child.kill('SIGKILL')
    await Promise.all([server.exited, other.exited])
  })

  const open = (more: Partial<LokiOptions> = {}): LokiStore => openLoki({ ...options, url: server.url, ...more })

  for (const countsLevels of [false, true]) {
    logsConformance(
      `Loki's API, counted ${countsLevels ? 'there' : 'by lines'}`,
      async () => {
        const store = open({ countsLevels, url: countsLevels ? other.url : server.url })
        // Each test has two hours of its own, since all of a suite share a server.
        nowMs -= 2 * hourMs
        return {
          store: {
            ...store,
            append: async (batch) => {
              await store.watching()
              return store.append(batch)
            },
          },
          nowMs,
        }
      },
      ['batch_ids', 'duplicates', 'exact_stats'],
    )
  }

  const nsNow = (): bigint => BigInt(Date.now()) * 1_000_000n
  const batchOf = (service: string, entries: LogEntry[]) => ({
    streams: [{ labels: { service_name: service }, entries }],
  })
  const linesOf = async (store: LokiStore, service: string): Promise<string[]> => {
    const { rows } = await store.search({
      matchers: [{ name: 'service_name', op: '=', value: service }],
      fromNs: nsNow() - 600_000_000_000n,
      toNs: nsNow() + 60_000_000_000n,
      limit: 100,
      direction: 'forward',
    })
    return rows.map(({ line }) => line)
  }

  test('of a push that is refused in part the rest is there, and no more counts as stored than is certain', async () => {
    const store = open()
    const good = Array.from({ length: 30 }, (_, at) => ({ timestampNs: nsNow(), line: `good ${at}` }))
    const old = { timestampNs: 1_000_000_000n, line: 'from long ago' }
    const unclear = await store.append(batchOf('sieved', [...good, old]))
    assert.deepEqual([unclear.stored, unclear.rejected[0]?.count], [0, 31])
    assert.equal((await linesOf(store, 'sieved')).length, 30)
    const alone = await store.append(batchOf('sieved', [old]))
    assert.deepEqual([alone.stored, alone.rejected[0]?.count, alone.rejected[0]?.example], [0, 1, 'from long ago'])
    await store.close()
  })

  test('the words of Loki say how much it refused', async () => {
    const text =
      "entry with timestamp 2001-09-09 01:46:40 +0000 UTC ignored, reason: 'entry too far behind', total ignored: 2 out of 5"
    const loki = createServer((_request, reply) => reply.writeHead(400).end(text)).listen(0, '127.0.0.1')
    await once(loki, 'listening')
    const address = loki.address()
    assert.ok(address !== null && typeof address !== 'string')
    const store = open({ url: `http://127.0.0.1:${address.port}`, countsLevels: false })
    const entries = Array.from({ length: 5 }, (_, at) => ({ timestampNs: nsNow(), line: `line ${at}` }))
    assert.deepEqual(await store.append(batchOf('told', entries)), {
      stored: 3,
      duplicates: 0,
      rejected: [{ reason: 'too_old', count: 2, example: text }],
    })
    await store.close()
    loki.close()
  })

  test('a search that costs too much ends early and says by what', async () => {
    const store = open()
    const entries = Array.from({ length: 3_000 }, (_, at) => ({
      timestampNs: nsNow() - BigInt(at) * 1_000_000n,
      line: `line ${at} ${'x'.repeat(100)}`,
    }))
    await store.append(batchOf('costly', entries))
    const page = await store.search(
      {
        matchers: [{ name: 'service_name', op: '=', value: 'costly' }],
        where: { op: 'field', name: 'none', compare: '=', value: '1' },
        fromNs: nsNow() - 600_000_000_000n,
        toNs: nsNow() + 60_000_000_000n,
        limit: 10,
        direction: 'backward',
        countMax: 100,
      },
      { limits: { timeoutMs: 10_000, bytesMax: 150_000 } },
    )
    assert.equal(page.stoppedBy, 'bytesMax')
    assert.deepEqual(page.total, { count: 0, exact: false })
    await store.close()
  })

  describe('through a network with faults', () => {
    let proxy: FaultProxy
    before(async () => {
      proxy = await faultProxy(server.url)
    })
    after(() => proxy.stop())
    const faults: Fault[] = ['refuse', 'black hole', 'reset', 429, 500]

    for (const fault of faults) {
      test(`${fault}: a search fails in time, or ends by its limit`, async () => {
        const store = open({ url: proxy.url, countsLevels: false })
        await proxy.become(fault)
        const beganMs = performance.now()
        const span = { fromNs: nsNow() - 1_000_000_000n, toNs: nsNow() }
        const failing = store.histogram({ ...span, buckets: 10 }, { limits: { timeoutMs: 300, bytesMax: 1e9 } })
        await assert.rejects(failing, { code: fault === 'black hole' ? 'QUERY_TIMEOUT' : 'UPSTREAM_UNAVAILABLE' })
        assert.ok(performance.now() - beganMs < 2_000)
        await proxy.become('none')
        await store.histogram({ ...span, buckets: 10 })
        await store.close()
      })

      test(`${fault}: a batch fails in time, is not lost when that passes, and not stored twice`, async () => {
        await proxy.become(fault)
        const service = `faulty-${String(fault).replace(' ', '-')}`
        const batch = batchOf(service, [{ timestampNs: nsNow(), line: 'one' }])
        const impatient = open({ url: proxy.url, countsLevels: false, sendTimeoutMs: 400 })
        await assert.rejects(impatient.append(batch), { code: 'UPSTREAM_UNAVAILABLE' })
        const store = open({ url: proxy.url, countsLevels: false, sendTimeoutMs: 10_000 })
        const waiting = store.append(batch)
        await proxy.become('none')
        assert.equal((await waiting).stored, 1)
        assert.deepEqual(await linesOf(store, service), ['one'])
        await Promise.all([impatient.close(), store.close()])
      })
    }

    test('a tail goes on when its connection was cut', async () => {
      await proxy.become('none')
      const warnings: string[] = []
      const store = open({ url: proxy.url, countsLevels: false, warn: (message) => void warnings.push(message) })
      const seen: string[] = []
      const stop = store.tail(
        { matchers: [{ name: 'service_name', op: '=', value: 'tailed' }] },
        { onRows: (rows) => seen.push(...rows.map(({ line }) => line)) },
      )
      await store.watching()
      await store.append(batchOf('tailed', [{ timestampNs: nsNow(), line: 'before' }]))
      await until('the first line', () => seen.length === 1)
      await proxy.become('refuse')
      await until('the end was noticed', () => warnings.length === 1)
      const direct = open({ countsLevels: false })
      await direct.append(batchOf('tailed', [{ timestampNs: nsNow(), line: 'meanwhile' }]))
      await proxy.become('none')
      await until('the line that came meanwhile', () => seen.length === 2)
      assert.deepEqual(seen, ['before', 'meanwhile'])
      stop()
      await Promise.all([store.close(), direct.close()])
    })
  })
})
