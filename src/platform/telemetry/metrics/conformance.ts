import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { until } from '../../../../test/support/until.ts'
import type { Labels, Matcher } from '../labels.ts'
import { rangeWithExtremes } from './extremes.ts'
import { staleNan, type MetricBatch, type MetricStore, type Series } from './metrics.ts'

type Ability =
  | 'batch ids'
  | 'refusals'
  | 'late samples'
  | 'metadata'
  /** Lists only what has a sample in the span, to the millisecond. */
  | 'exact spans'
  /** Infinity, and the smallest and largest numbers, come back as they were. */
  | 'every number'
  | 'stale markers'

export interface ConformanceStore {
  store: MetricStore
  /** A moment that counts as now for the store, a whole minute. */
  nowMs: number
}

const secondMs = 1_000
const minuteMs = 60_000

const series = (labels: Labels, samples: [atMs: number, value: number][]): Series => ({
  labels,
  timestamps: Float64Array.from(samples, ([atMs]) => atMs),
  values: Float64Array.from(samples, ([, value]) => value),
})

const is = (name: string, value: string): Matcher => ({ name, op: '=', value })

/**
 * What every store of metrics does. `open` gives an empty one, or one in which nothing has the label
 * `suite` with the value it is given; every series of the suite carries that label.
 */
export function metricsConformance(
  name: string,
  open: (suite: string) => Promise<ConformanceStore>,
  /** What the engine does not do, and why; what needs it is no part of the suite then. */
  without: Partial<Record<Ability, string>> = {},
): void {
  const using = (title: string, work: (given: ConformanceStore & Kit) => Promise<void>, needs?: Ability): void => {
    if (needs && without[needs]) return
    test(title, async () => {
      const suite = `s${Math.random().toString(36).slice(2)}`
      const given = await open(suite)
      await work({ ...given, ...kit(given.store, suite) })
    })
  }

  describe(`metrics: ${name}`, () => {
    using('a sample is found by the next query', async ({ append, nowMs, value }) => {
      assert.deepEqual(await append([series({ __name__: 'temperature', room: 'a' }, [[nowMs, 21.5]])]), {
        stored: 1,
        duplicates: 0,
        rejected: [],
      })
      assert.equal(await value('temperature', nowMs), 21.5)
    })

    using(
      'values come back as they were, of every size and sign',
      async ({ append, nowMs, points }) => {
        const values = [
          0,
          1,
          -1,
          0.1,
          1e-300,
          -1.7976931348623157e308,
          2 ** 53 - 1,
          123456.789,
          1 / 3,
          Infinity,
          -Infinity,
        ]
        const samples = values.map((value, at): [number, number] => [nowMs - (values.length - at) * secondMs, value])
        await append([series({ __name__: 'odd' }, samples)])
        assert.deepEqual(await points('odd[1m]', nowMs), samples)
      },
      'every number',
    )

    using(
      'a stale marker ends a series',
      async ({ append, nowMs, value }) => {
        const marked = series({ __name__: 'gone' }, [
          [nowMs - minuteMs, 1],
          [nowMs, 0],
        ])
        new BigUint64Array(marked.values.buffer)[1] = staleNan
        await append([marked])
        assert.equal(await value('gone', nowMs - secondMs), 1)
        assert.equal(await value('gone', nowMs), undefined)
      },
      'stale markers',
    )

    using('a rate over a range is what arithmetic says', async ({ append, nowMs, store, scoped }) => {
      const samples = Array.from({ length: 41 }, (_, at): [number, number] => [nowMs - (40 - at) * 15_000, at * 30])
      await append([series({ __name__: 'requests_total' }, samples)])
      const span = { fromMs: nowMs - 5 * minuteMs, toMs: nowMs, stepMs: minuteMs }
      const { value } = await store.range(scoped('rate(requests_total#[2m])'), span)
      assert.ok(value.type === 'matrix')
      assert.deepEqual([...value.series[0]!.values], [2, 2, 2, 2, 2, 2])
    })

    using('what a range query passes over is among its extremes', async ({ append, nowMs, store, scoped }) => {
      const value = (at: number): number => (at === 13 ? 900 : at === 22 ? -300 : 10)
      const samples = Array.from({ length: 41 }, (_, at): [number, number] => [nowMs - (40 - at) * 15_000, value(at)])
      await append([
        series({ __name__: 'spiky', room: 'a' }, samples),
        series({ __name__: 'spiky', room: 'b' }, samples),
      ])
      await append([
        series(
          { __name__: 'flat' },
          samples.map(([atMs]): [number, number] => [atMs, 1]),
        ),
      ])
      const span = { fromMs: nowMs - 8 * minuteMs, toMs: nowMs, stepMs: 2 * minuteMs }
      for (const [expression, times, seriesCount] of [
        ['spiky#', 1, 2],
        ['sum(spiky#)', 2, 1],
        ['flat#', 1, 0],
        ['sum(flat#)', 1, 0],
      ] as const) {
        const { result, extremes } = await rangeWithExtremes(store, scoped(expression), span, {})
        assert.ok(result.value.type === 'matrix')
        assert.equal(extremes?.size, seriesCount, expression)
        for (const { lows, highs } of extremes.values()) {
          assert.deepEqual(
            [...highs],
            [10, 900, 10, 10, 10].map((high) => high * times),
            expression,
          )
          assert.deepEqual(
            [...lows],
            [10, 10, -300, 10, 10].map((low) => low * times),
            expression,
          )
        }
      }
    })

    using('series are told apart by every label, whatever signs are in it', async ({ append, nowMs, store, suite }) => {
      const rooms = ['a', 'A', 'ä', 'a,b', '"', '\\', '{}', '\n', '😀', 'a"} or {b="']
      await append(rooms.map((room, at) => series({ __name__: 'odd_labels', room }, [[nowMs, at]])))
      const span = { fromMs: nowMs - minuteMs, toMs: nowMs }
      assert.deepEqual(await store.labelValues('room', [[is('suite', suite)]], span, 100), rooms.toSorted())
      for (const [at, room] of rooms.entries()) {
        const { value } = await store.instant(`odd_labels{suite="${suite}",room=${JSON.stringify(room)}}`, nowMs)
        assert.ok(value.type === 'vector')
        assert.deepEqual(
          value.samples.map(({ value }) => value),
          [at],
        )
      }
    })

    using(
      'matchers choose series: equal, not equal, by expression',
      async ({ append, nowMs, value, scoped, store }) => {
        await append(['api', 'web', 'db'].map((job) => series({ __name__: 'up', job }, [[nowMs, 1]])))
        await append([series({ __name__: 'up' }, [[nowMs, 1]])])
        const counts: [string, number][] = [
          ['', 4],
          [',job="api"', 1],
          [',job!="api"', 3],
          [',job=~"a.*|db"', 2],
          [',job!~"a.*|db"', 2],
          [',job=""', 1],
          [',job=~".+"', 3],
          [',job=~".*"', 4],
          [',job=~"ap"', 0],
        ]
        for (const [more, count] of counts) {
          const { value: counted } = await store.instant(scoped('count(up#)').replace('}', `${more}}`), nowMs)
          assert.ok(counted.type === 'vector')
          assert.equal(counted.samples[0]?.value ?? 0, count, more)
        }
        assert.equal(await value('nothing', nowMs), undefined)
      },
    )

    using('lists names, values and series of a span, within the limit', async ({ append, nowMs, store, suite }) => {
      await append([
        series({ __name__: 'old_metric', room: 'cellar' }, [[nowMs - 50 * minuteMs, 1]]),
        series({ __name__: 'new_metric', room: 'attic', floor: '3' }, [[nowMs, 1]]),
      ])
      const all = [[is('suite', suite)]]
      const span = { fromMs: nowMs - 60 * minuteMs, toMs: nowMs }
      const lately = { fromMs: nowMs - minuteMs, toMs: nowMs }
      assert.deepEqual(await store.labelNames(all, span, 100), ['__name__', 'floor', 'room', 'suite'])
      assert.deepEqual(await store.labelValues('__name__', all, span, 100), ['new_metric', 'old_metric'])
      if (!without['exact spans']) assert.deepEqual(await store.labelValues('room', all, lately, 100), ['attic'])
      assert.deepEqual(await store.labelValues('room', all, span, 1), ['attic'])
      assert.deepEqual(await store.labelValues('none', all, span, 100), [])
      assert.deepEqual(await store.series([[is('__name__', 'new_metric'), is('suite', suite)]], span, 100), [
        { __name__: 'new_metric', floor: '3', room: 'attic', suite },
      ])
      const either = [
        [is('__name__', 'new_metric'), is('suite', suite)],
        [is('room', 'cellar'), is('suite', suite)],
      ]
      assert.equal((await store.series(either, span, 100)).length, 2)
      assert.equal((await store.series(either, span, 1)).length, 1)
    })

    using(
      'a sample that comes again is counted as known',
      async ({ append, nowMs, points }) => {
        const one = series({ __name__: 'again' }, [[nowMs, 7]])
        await append([one])
        const { stored, rejected } = await append([one])
        assert.deepEqual({ stored, rejected }, { stored: 0, rejected: [] })
        assert.deepEqual(await points('again[1m]', nowMs), [[nowMs, 7]])
      },
      'refusals',
    )

    using(
      'another value at the same time is refused, and the first stays',
      async ({ append, nowMs, value }) => {
        await append([series({ __name__: 'conflict' }, [[nowMs, 7]])])
        const outcome = await append([series({ __name__: 'conflict' }, [[nowMs, 8]])])
        assert.equal(outcome.stored, 0)
        assert.deepEqual(
          outcome.rejected.map(({ reason, count }) => ({ reason, count })),
          [{ reason: 'duplicate_timestamp', count: 1 }],
        )
        assert.equal(await value('conflict', nowMs), 7)
      },
      'refusals',
    )

    using(
      'samples that come late find their place',
      async ({ append, nowMs, points }) => {
        const times = [0, 5, 1, 4, 2, 3].map((minutes) => nowMs - minutes * minuteMs)
        for (const atMs of times) await append([series({ __name__: 'late' }, [[atMs, atMs / secondMs]])])
        assert.deepEqual(
          await points('late[10m]', nowMs),
          times.toSorted((a, b) => a - b).map((atMs) => [atMs, atMs / secondMs]),
        )
      },
      'late samples',
    )

    using(
      'a batch is stored once when its id comes again',
      async ({ append, nowMs, value }) => {
        const id = `batch-${nowMs}-${Math.random()}`
        await append([series({ __name__: 'once' }, [[nowMs - minuteMs, 1]])], { id })
        const again = await append([series({ __name__: 'once' }, [[nowMs, 2]])], { id })
        assert.deepEqual(again, { stored: 0, duplicates: 1, rejected: [] })
        assert.equal(await value('once', nowMs), 1)
      },
      'batch ids',
    )

    using(
      'metadata is told by metric',
      async ({ append, nowMs, store, suite }) => {
        const metadata = [
          { metric: `${suite}_seconds`, type: 'gauge' as const, help: 'How long "it" took.', unit: 'seconds' },
          { metric: `${suite}_total`, type: 'counter' as const, help: '', unit: '' },
        ]
        await append([series({ __name__: `${suite}_total` }, [[nowMs, 1]])], { metadata })
        assert.deepEqual(await store.metadata({ metric: `${suite}_seconds` }), { [`${suite}_seconds`]: [metadata[0]] })
        assert.deepEqual(await store.metadata({ metric: 'never_heard_of' }), {})
        assert.equal(Object.keys(await store.metadata({ limit: 1 })).length, 1)
      },
      'metadata',
    )

    using('a query ends when its caller is gone', async ({ append, nowMs, scoped, store }) => {
      await append(Array.from({ length: 500 }, (_, at) => series({ __name__: 'many', at: String(at) }, [[nowMs, at]])))
      const gone = AbortSignal.abort(new Error('gone'))
      await assert.rejects(store.instant(scoped('sum(many#)'), nowMs, { signal: gone }))
    })

    using('a bad expression is refused', async ({ nowMs, store }) => {
      await assert.rejects(store.instant('sum(', nowMs), { code: 'VALIDATION_FAILED' })
      await assert.rejects(store.instant('up{job=~"("}', nowMs), { code: 'VALIDATION_FAILED' })
    })

    using('many appends at once all count', async ({ append, nowMs, store, scoped }) => {
      const outcomes = await Promise.all(
        Array.from({ length: 100 }, (_, at) => append([series({ __name__: 'busy', at: String(at) }, [[nowMs, 1]])])),
      )
      assert.ok(outcomes.every(({ stored }) => stored === 1))
      await until('all are found', async () => {
        const { value } = await store.instant(scoped('sum(busy#)'), nowMs)
        return value.type === 'vector' && value.samples[0]?.value === 100
      })
    })
  })
}

interface Kit {
  suite: string
  append(series: Series[], more?: Omit<MetricBatch, 'series'>): ReturnType<MetricStore['append']>
  /** The expression with `#` as the selector of the suite. */
  scoped(expression: string): string
  /** Of the only series of the metric. */
  value(metric: string, atMs: number): Promise<number | undefined>
  points(rangeVector: string, atMs: number): Promise<[number, number][]>
}

function kit(store: MetricStore, suite: string): Kit {
  const scoped = (expression: string): string => expression.replaceAll('#', `{suite="${suite}"}`)
  return {
    suite,
    scoped,
    append: (series, more) =>
      store.append({ ...more, series: series.map((one) => ({ ...one, labels: { ...one.labels, suite } })) }),
    value: async (metric, atMs) => {
      const { value } = await store.instant(scoped(`${metric}#`), atMs)
      assert.ok(value.type === 'vector')
      assert.ok(value.samples.length <= 1)
      return value.samples[0]?.value
    },
    points: async (rangeVector, atMs) => {
      const { value } = await store.instant(scoped(rangeVector.replace('[', '#[')), atMs)
      assert.ok(value.type === 'matrix')
      const one = value.series[0]!
      return [...one.timestamps].map((time, at): [number, number] => [time, one.values[at]!])
    },
  }
}
