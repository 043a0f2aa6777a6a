import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { AppError } from '#kernel/errors.ts'
import { minuteMs } from '#kernel/time.ts'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { openEmbeddedMetrics } from './embedded/index.ts'
import { rangeWithExtremes } from './extremes.ts'
import type { MetricStore, QueryOptions, Series } from './metrics.ts'

const nowMs = Date.UTC(2026, 5, 1, 9, 30)
const span = { fromMs: nowMs - 8 * minuteMs, toMs: nowMs, stepMs: 2 * minuteMs }

const store = await openEmbeddedMetrics({
  dir: temporaryFolder(),
  now: () => nowMs,
  retentionMs: 30 * 24 * 60 * minuteMs,
  bytesMax: 2 ** 40,
  warn: (message) => assert.fail(message),
})
after(() => store.close())

/** Every 15 s from 10 minutes ago on. */
const series = (name: string, values: (number | null)[], labels = {}): Series => {
  const there = values
    .map((value, at) => ({ value, atMs: nowMs - (40 - at) * 15_000 }))
    .filter(({ value }) => value !== null)
  return {
    labels: { __name__: name, ...labels },
    timestamps: Float64Array.from(there, ({ atMs }) => atMs),
    values: Float64Array.from(there, ({ value }) => value!),
  }
}

const all = (value: (at: number) => number | null): (number | null)[] =>
  Array.from({ length: 41 }, (_, at) => value(at))

await store.append({
  series: [
    series(
      'short',
      all((at) => ({ 12: 7, 13: 8, 40: 9 })[at] ?? null),
    ),
    series(
      'odd',
      all((at) => [1, NaN, Infinity, 5][at % 4]!),
    ),
    ...Array.from({ length: 300 }, (_, one) =>
      series(
        'many',
        all((at) => at % 8),
        { one: String(one) },
      ),
    ),
  ],
})

const ask = (expression: string, options: QueryOptions = {}) => rangeWithExtremes(store, expression, span, options)

const only = async (expression: string) => {
  const { extremes } = await ask(expression)
  assert.equal(extremes?.size, 1, expression)
  const [{ lows, highs }] = [...extremes.values()] as [{ lows: Float64Array; highs: Float64Array }]
  return { lows: [...lows], highs: [...highs] }
}

describe('extremes', () => {
  test('are also told of steps at which there is no value', async () => {
    assert.deepEqual(await only('max_over_time(short[14s])'), {
      lows: [NaN, 7, NaN, NaN, 9],
      highs: [NaN, 8, NaN, NaN, 9],
    })
  })

  test('pass over what is no number and keep the infinite', async () => {
    assert.deepEqual(await only('odd'), { lows: Array(5).fill(1), highs: Array(5).fill(Infinity) })
  })

  test('come with the first 200 series', async () => {
    const { result, extremes } = await ask('many')
    assert.ok(result.value.type === 'matrix')
    assert.equal(result.value.series.length, 300)
    assert.deepEqual([...extremes!.keys()], result.value.series.slice(0, 200))
  })

  test('are left out where they would cost more than is allowed, and the answer is there all the same', async () => {
    const { result, extremes } = await ask('sum(odd) and sum(odd) and sum(odd)', { limits: { samplesMax: 123 } })
    assert.ok(result.value.type === 'matrix')
    assert.equal(result.value.series.length, 1)
    assert.equal(extremes, undefined)
  })

  test('that took too long are not looked for at the next look', async () => {
    let tries = 0
    const slow: MetricStore = {
      ...store,
      range: (text, ...rest) => {
        if (!text.startsWith('max_over_time')) return store.range(text, ...rest)
        tries++
        return Promise.reject(new AppError('QUERY_TIMEOUT', 'query timed out in expression evaluation'))
      },
    }
    for (const look of ['first', 'second']) {
      const { result, extremes } = await rangeWithExtremes(slow, 'short', span, {})
      assert.deepEqual([result.stats.series, extremes], [1, undefined], look)
    }
    assert.equal(tries, 1)
  })

  test('are not waited for once the caller is gone', async () => {
    await assert.rejects(ask('odd', { signal: AbortSignal.abort(new Error('gone')) }), /gone/)
  })
})
