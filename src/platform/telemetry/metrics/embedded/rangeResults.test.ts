import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { Random } from '../../../../../test/support/random.ts'
import { staleNan, type QueryResult, type Series } from '../metrics.ts'
import { openEmbeddedMetrics, type EmbeddedMetrics, type EmbeddedMetricsOptions } from './index.ts'

const startMs = Date.UTC(2026, 5, 1, 9, 30)
const minuteMs = 60_000
const hourMs = 60 * minuteMs

async function opened(options: Partial<EmbeddedMetricsOptions> = {}) {
  const clock = { ms: startMs }
  const bounds = { retentionMs: 30 * 24 * hourMs, bytesMax: 2 ** 40 }
  const store = await openEmbeddedMetrics({ dir: temporaryFolder(), now: () => clock.ms, ...bounds, ...options })
  after(() => store.close())
  return { store, clock }
}

const labelsOf = (series: number) => ({
  __name__: series % 4 === 3 ? 'other' : 'm',
  job: `j${series % 3}`,
  i: String(series),
})

const sample = (series: number, atMs: number, value: number): Series => {
  const values = Float64Array.of(value)
  if (Number.isNaN(value)) new BigUint64Array(values.buffer)[0] = staleNan
  return { labels: labelsOf(series), timestamps: Float64Array.of(atMs), values }
}

async function assertSame(store: EmbeddedMetrics, expression: string, range: Range, context: string): Promise<void> {
  const [kept, fresh] = [await answer(store, expression, range), await answer(store, expression, range, true)]
  if (typeof kept === 'string' || typeof fresh === 'string') return assert.equal(kept, fresh, context)
  assert.deepEqual(shapeOf(kept), shapeOf(fresh), context)
  for (const [index, { values }] of seriesOf(kept).entries())
    for (const [at, value] of values.entries()) {
      const expected = seriesOf(fresh)[index]!.values[at]!
      // Where sliding sums begin decides on their last bit.
      const isSame = Object.is(value, expected) || Math.abs(value - expected) <= Math.abs(expected) * 1e-12
      assert.ok(isSame, `${context}: ${value} for ${expected}`)
    }
}

interface Range {
  fromMs: number
  toMs: number
  stepMs: number
}

const answer = (store: EmbeddedMetrics, expression: string, range: Range, fresh = false) =>
  store.range(expression, range, { fresh }).catch((error: unknown) => String(error))

const seriesOf = ({ value }: QueryResult): Series[] => (value.type === 'matrix' ? value.series : [])

const shapeOf = (result: QueryResult) =>
  seriesOf(result).map(({ labels, timestamps, values }) => [labels, [...timestamps], values.length])

const expressions = [
  'm',
  'rate(m[5m])',
  'sum by (job) (rate(m[5m]))',
  'sum by (job) ({__name__=~".+"})',
  'max_over_time(m[20m]) - min_over_time(m[20m])',
  'sum_over_time(m[45m])',
  'topk(2, m)',
  'm offset 10m',
  'm offset -10m',
  'rate(m[5m] offset -7m)',
  'max_over_time(rate(m[5m])[30m:2m])',
  'm @ end()',
  'sum(m @ 1780306000)',
  'rate({__name__=~"m|other"}[5m])',
  '-{i=~".+"}',
  'm / ignoring(i) group_left count by (job, __name__) (m)',
  'absent(m{job="j1"})',
  'absent_over_time(m{job="j2"}[3m])',
  'time() - timestamp(m)',
  'vector(time()) or m',
  'count_values("v", round(m, 10))',
  'quantile_over_time(0.9, m[30m])',
  'predict_linear(m[15m], 600)',
  'label_replace(m, "to", "$1", "i", "(.)")',
  '2 * 3',
  'm > 50',
]

describe('answers to range queries that are kept', () => {
  for (let seed = 1; seed <= 12; seed++) {
    test(`are those without keeping, while samples come early, late and not at all (${seed})`, async () => {
      const random = new Random(seed)
      const { store, clock } = await opened(seed % 3 === 0 ? { limits: { resultBytesMax: 40_000 } } : {})
      const asked = Array.from({ length: 5 }, () => ({
        expression: random.pick(expressions),
        stepMs: random.pick([15_000, minuteMs, 70_000]),
        steps: random.between(12, 90),
      }))
      for (let turn = 0; turn < 60; turn++) {
        clock.ms += random.pick([0, 1_000, 15_000, minuteMs, 10 * minuteMs])
        const appends = Array.from({ length: random.between(0, 8) }, () => store.append(batchOf(random, clock.ms)))
        // A query that begins before they are through may see them or not, and may not keep what it saw.
        const { expression, stepMs, steps } = random.pick(asked)
        const toMs = Math.floor(clock.ms / stepMs) * stepMs - random.pick([0, 0, 0, 1, 7, 40]) * stepMs
        const range = { fromMs: toMs - steps * random.pick([1, 1, 0.5]) * stepMs, toMs, stepMs }
        const early = answer(store, expression, range)
        await Promise.all([...appends, early])
        await assertSame(store, expression, range, `turn ${turn}: ${expression} by ${stepMs}`)
        if (random.chance(0.05)) await store.maintain()
      }
    })
  }

  test('leave only the new steps to be evaluated when the range moves on', async () => {
    const { store, clock } = await opened()
    for (let minute = 180; minute > 0; minute--)
      await store.append({ series: [0, 1, 2].map((series) => sample(series, clock.ms - minute * minuteMs, minute)) })
    const ask = async (toMs: number) => {
      const range = { fromMs: toMs - 2 * hourMs, toMs, stepMs: minuteMs }
      const { stats, value } = await store.range('sum(rate(m[5m]))', range)
      assert.equal(value.type === 'matrix' && value.series[0]?.values.length, 121)
      return stats.samples
    }
    const atFirst = await ask(clock.ms)
    assert.ok(atFirst > 300, String(atFirst))
    assert.equal(await ask(clock.ms), 0)
    clock.ms += 2 * minuteMs
    await store.append({ series: [sample(0, clock.ms, 1)] })
    const again = await ask(clock.ms)
    assert.ok(again > 0 && again < 40, String(again))
  })

  test('hide no refusal of the whole range', async () => {
    const { store, clock } = await opened()
    const range = { fromMs: clock.ms - 2 * hourMs, toMs: clock.ms - 50 * minuteMs, stepMs: minuteMs }
    for (let minute = 120; minute > 0; minute--) {
      const labels = { __name__: minute > 45 ? 'm' : 'other', job: 'j' }
      await store.append({ series: [{ ...sample(0, clock.ms - minute * minuteMs, minute), labels }] })
    }
    for (const expression of ['rate({job="j"}[5m])', '-{job="j"}']) {
      assert.equal(typeof (await answer(store, expression, range)), 'object')
      const whole = await answer(store, expression, { ...range, toMs: clock.ms })
      assert.match(String(whole), /same labelset/)
    }
  })

  test('end with the samples they were made of', async () => {
    const { store, clock } = await opened({ retentionMs: 24 * hourMs })
    for (let minute = 60; minute > 0; minute--)
      await store.append({ series: [sample(0, clock.ms - minute * minuteMs, minute)] })
    const range = { fromMs: clock.ms - hourMs, toMs: clock.ms, stepMs: minuteMs }
    assert.equal(seriesOf(await store.range('m', range)).length, 1)
    clock.ms += 26 * hourMs
    await store.append({ series: [sample(1, clock.ms, 1)] })
    await store.maintain()
    await store.maintain()
    assert.deepEqual(seriesOf(await store.range('m', range)), [])
  })
})

function batchOf(random: Random, nowMs: number) {
  const lateMs = random.pick([0, 0, 0, 0, 5_000, minuteMs, 20 * minuteMs, 50 * minuteMs])
  const series = Array.from({ length: random.between(1, 6) }, () =>
    sample(random.between(0, 9), nowMs - lateMs, random.chance(0.05) ? NaN : random.between(0, 100)),
  )
  return { series }
}
