import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { ownPrometheus, withoutPrometheus, type Prometheus } from '../../../../test/support/prometheus.ts'
import {
  ownVictoriaMetrics,
  withoutVictoriaMetrics,
  type VictoriaMetrics,
} from '../../../../test/support/victoriaMetrics.ts'
import { faultProxy, type Fault, type FaultProxy } from '../../../../test/support/faultProxy.ts'
import { until } from '../../../../test/support/until.ts'
import { metricsConformance } from './conformance.ts'
import type { Series } from './metrics.ts'
import { openPrometheus } from './prometheus.ts'

const minuteMs = 60_000
const nowMs = Math.floor(Date.now() / minuteMs) * minuteMs

describe('Prometheus behind the adapter', { skip: withoutPrometheus() }, () => {
  const folder = temporaryFolder()
  let prometheus: Prometheus
  before(async () => {
    prometheus = await ownPrometheus(folder)
  })
  after(() => prometheus.stop())

  metricsConformance('Prometheus', async () => ({ store: openPrometheus({ url: prometheus.url }), nowMs }), {
    'batch ids': 'remote write has none',
    refusals: 'a sample that comes again is taken again',
    metadata: 'the remote-write receiver of Prometheus 2 drops it',
    'exact spans': 'labels are listed by block',
  })

  const one = (name: string, value: number): Series => ({
    labels: { __name__: name },
    timestamps: Float64Array.of(nowMs),
    values: Float64Array.of(value),
  })

  test('what the server refuses is told, and does not take the rest with it', async () => {
    const store = openPrometheus({ url: prometheus.url })
    await store.append({ series: [one('refused', 1)] })
    const good = Array.from({ length: 20 }, (_, at) => one(`good_${at}`, at))
    const answer = await store.append({ series: [...good, one('refused', 2)] })
    assert.equal(answer.stored, 20)
    assert.deepEqual(
      answer.rejected.map(({ reason, count }) => ({ reason, count })),
      [{ reason: 'duplicate_timestamp', count: 1 }],
    )
    const { value } = await store.instant('refused', nowMs)
    assert.ok(value.type === 'vector')
    assert.equal(value.samples[0]?.value, 1)
    await store.close()
  })

  test('limits of a query are kept', async () => {
    const store = openPrometheus({ url: prometheus.url })
    await store.append({ series: Array.from({ length: 20 }, (_, at) => one(`many_${at}`, at)) })
    await assert.rejects(store.instant('{__name__=~"many_.*"}', nowMs, { limits: { seriesMax: 19 } }), {
      code: 'LIMIT_EXCEEDED',
    })
    const span = { fromMs: nowMs - minuteMs, toMs: nowMs, stepMs: 1_000 }
    await assert.rejects(store.range('many_1', span, { limits: { pointsMax: 10 } }), { code: 'VALIDATION_FAILED' })
    assert.ok((await store.stats()).series > 20)
    await store.close()
  })

  describe('through a network with faults', () => {
    let proxy: FaultProxy
    before(async () => {
      proxy = await faultProxy(prometheus.url)
    })
    after(() => proxy.stop())
    const faults: Fault[] = ['refuse', 'black hole', 'reset', 429, 500]

    for (const fault of faults) {
      test(`${fault}: a question fails in time, says so, and the next one is answered`, async () => {
        await proxy.become(fault)
        const store = openPrometheus({ url: proxy.url })
        const signal = new AbortController().signal
        const beganMs = performance.now()
        const code = fault === 'black hole' ? 'QUERY_TIMEOUT' : 'UPSTREAM_UNAVAILABLE'
        await assert.rejects(store.instant('vector(1)', nowMs, { signal, limits: { timeoutMs: 300 } }), { code })
        assert.ok(performance.now() - beganMs < 2_000)
        await proxy.become('none')
        assert.equal((await store.instant('vector(1)', nowMs)).value.type, 'vector')
        await store.close()
      })

      test(`${fault}: a batch fails in time, is not lost when that passes, and not stored twice`, async () => {
        await proxy.become(fault)
        const impatient = openPrometheus({ url: proxy.url, sendTimeoutMs: 400 })
        const batch = { series: [one(`faulty_${String(fault).replace(' ', '_')}`, 1)] }
        const before = proxy.connections()
        await assert.rejects(impatient.append(batch), { code: 'UPSTREAM_UNAVAILABLE' })
        const store = openPrometheus({ url: proxy.url, sendTimeoutMs: 10_000 })
        const waiting = store.append(batch)
        if (fault !== 'black hole') {
          if (fault !== 'refuse') await until('tried again', () => proxy.connections() > before + 2)
          await proxy.become('none')
          assert.deepEqual(await waiting, { stored: 1, duplicates: 0, rejected: [] })
        } else {
          await proxy.become('none')
          assert.equal((await waiting).stored, 1)
        }
        const { value } = await store.instant(`count_over_time(${batch.series[0]!.labels['__name__']}[1m])`, nowMs)
        assert.ok(value.type === 'vector')
        assert.equal(value.samples[0]?.value, 1)
        await Promise.all([impatient.close(), store.close()])
      })
    }

    test('closing ends what waits', async () => {
      await proxy.become('black hole')
      const store = openPrometheus({ url: proxy.url })
      const waiting = assert.rejects(store.append({ series: [one('never', 1)] }), { code: 'UPSTREAM_UNAVAILABLE' })
      await store.close()
      await waiting
    })
  })
})

describe('VictoriaMetrics behind the adapter', { skip: withoutVictoriaMetrics() }, () => {
  const folder = temporaryFolder()
  let victoria: VictoriaMetrics
  before(async () => {
    victoria = await ownVictoriaMetrics(folder)
  })
  after(() => victoria.stop())

  test('says how many series there are', async () => {
    const store = openPrometheus({ url: victoria.url })
    assert.equal(typeof (await store.stats()).series, 'number')
    await store.close()
  })

  metricsConformance(
    'VictoriaMetrics',
    async () => {
      const store = openPrometheus({ url: victoria.url })
      return {
        store: {
          ...store,
          append: async (batch) => {
            const outcome = await store.append(batch)
            await victoria.flush()
            return outcome
          },
        },
        nowMs,
      }
    },
    {
      'batch ids': 'remote write has none',
      refusals: 'it takes every sample',
      metadata: 'it is not kept',
      'exact spans': 'labels are listed by day',
      'every number': 'numbers are kept as decimals',
      'stale markers': 'markers are kept, and answered differently',
    },
  )
})
