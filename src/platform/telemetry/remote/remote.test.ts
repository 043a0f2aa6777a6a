import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { hook } from '../../../../test/support/hook.ts'
import { until } from '../../../../test/support/until.ts'
import { openLoki } from '../logs/loki.ts'
import { openPrometheus } from '../metrics/prometheus.ts'

const never = /leads to an address that is never called/
const nowMs = Date.now()

describe('the server that keeps telemetry', () => {
  for (const host of ['169.254.169.254', '[fd00:ec2::254]', '2852039166', '[fe80::1]', '100.100.100.200']) {
    test(`${host} is not called, and it is said why at once`, async () => {
      const beganMs = performance.now()
      const prometheus = openPrometheus({ url: `http://${host}` })
      const unavailable = { code: 'UPSTREAM_UNAVAILABLE', message: never }
      await assert.rejects(prometheus.instant('up', nowMs), unavailable)
      const series = { labels: { __name__: 'x' }, timestamps: Float64Array.of(nowMs), values: Float64Array.of(1) }
      await assert.rejects(prometheus.append({ series: [series] }), unavailable)
      assert.match(prometheus.lastFailure()!, never)

      const warnings: unknown[] = []
      const loki = openLoki({
        url: `http://${host}`,
        now: () => nowMs,
        retentionMs: () => 86_400_000,
        warn: (_, details) => void warnings.push(details?.['reason']),
      })
      const span = { fromNs: BigInt(nowMs - 1_000) * 1_000_000n, toNs: BigInt(nowMs) * 1_000_000n }
      await assert.rejects(loki.histogram({ ...span, buckets: 10 }), unavailable)
      const stop = loki.tail({ matchers: [{ name: 'service_name', op: '=', value: 'x' }] }, { onRows: () => undefined })
      await until('the tail gave up', () => warnings.length === 1)
      assert.match(String(warnings[0]), never)
      stop()
      await Promise.all([prometheus.close(), loki.close()])
      assert.ok(performance.now() - beganMs < 8_000)
    })
  }

  test('that sends elsewhere is not followed', async () => {
    const canary = await hook()
    const server = await hook()
    server.answer({ status: 307, headers: { location: `${canary.url}/api/v1/query` } })
    const prometheus = openPrometheus({ url: server.url, token: 'secret' })
    await assert.rejects(prometheus.instant('up', nowMs), { code: 'UPSTREAM_UNAVAILABLE', message: /redirect/ })
    assert.deepEqual([server.received.length, canary.received.length], [1, 0])
    await prometheus.close()
  })

  test('answers with much more than 1 MiB, over few connections', async () => {
    const sockets = new Set<unknown>()
    const server = await hook()
    const long = 'x'.repeat(3 * 1_048_576)
    const result = [{ metric: { long }, value: [nowMs / 1_000, '1'] }]
    server.answer((response, { socket }) => {
      sockets.add(socket)
      response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }))
    })
    const prometheus = openPrometheus({ url: server.url })
    for (let round = 0; round < 8; round++) {
      const { value } = await prometheus.instant('up', nowMs)
      assert.ok(value.type === 'vector' && value.samples[0]!.labels['long'] === long)
    }
    assert.ok(sockets.size <= 2, String(sockets.size))
    await prometheus.close()
  })
})
