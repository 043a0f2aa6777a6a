import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { until } from '../../../../../test/support/until.ts'
import type { Labels } from '../../labels.ts'
import { metricsConformance } from '../conformance.ts'
import { staleNan, type Series } from '../metrics.ts'
import { openEmbeddedMetrics, type EmbeddedMetrics, type EmbeddedMetricsOptions } from './index.ts'

const nowMs = Date.UTC(2026, 5, 1, 9, 30)
const hourMs = 3_600_000
const dayMs = 24 * hourMs

interface Opened {
  store: EmbeddedMetrics
  dir: string
  clock: { ms: number }
  warnings: string[]
}

async function opened(options: Partial<EmbeddedMetricsOptions> = {}): Promise<Opened> {
  const clock = { ms: nowMs }
  const warnings: string[] = []
  const dir = options.dir ?? temporaryFolder()
  const store = await openEmbeddedMetrics({
    dir,
    now: () => clock.ms,
    retentionMs: 30 * dayMs,
    bytesMax: 2 ** 40,
    warn: (message) => void warnings.push(message),
    ...options,
  })
  after(() => store.close().catch(() => undefined))
  return { store, dir, clock, warnings }
}

metricsConformance('embedded', async () => {
  const { store } = await opened()
  return { store, nowMs }
})

const one = (labels: Labels, atMs: number, value: number): Series => ({
  labels,
  timestamps: Float64Array.of(atMs),
  values: Float64Array.of(value),
})

async function all(store: EmbeddedMetrics, name = 'm', fromMs = 0, toMs = nowMs + dayMs) {
  const found = new Map<string, [number, number][]>()
  const matchers = [{ name: '__name__', op: '=', value: name } as const]
  for await (const { labels, timestamps, values } of store.select(
    matchers,
    { fromMs, toMs },
    new AbortController().signal,
  ))
    found.set(
      labels['i'] ?? '',
      Array.from(timestamps, (time, at): [number, number] => [time, values[at]!]),
    )
  return found
}

/** Value of a sample that only its series and time decide. */
const valueAt = (i: number, atMs: number): number =>
  i % 3 === 0 ? Math.sin(atMs) : i % 3 === 1 ? Math.floor((atMs / 1_000) * i) % 100_003 : 42

/** An hour of samples in each batch. */
async function fill(
  store: EmbeddedMetrics,
  fromMs: number,
  toMs: number,
  seriesCount = 6,
  stepMs = 60_000,
): Promise<void> {
  for (let hour = fromMs; hour < toMs; hour += hourMs) {
    const count = Math.ceil((Math.min(toMs, hour + hourMs) - hour) / stepMs)
    const timestamps = Float64Array.from({ length: count }, (_, at) => hour + at * stepMs)
    await store.append({
      series: Array.from({ length: seriesCount }, (_, i) => ({
        labels: { __name__: 'm', i: String(i) },
        timestamps,
        values: timestamps.map((atMs) => valueAt(i, atMs)),
      })),
    })
  }
}

async function assertFilled(store: EmbeddedMetrics, fromMs: number, toMs: number, seriesCount = 6, stepMs = 60_000) {
  const found = await all(store)
  assert.equal(found.size, seriesCount)
  for (const [i, samples] of found) {
    const expected: [number, number][] = []
    for (let atMs = fromMs; atMs < toMs; atMs += stepMs) expected.push([atMs, valueAt(Number(i), atMs)])
    assert.deepEqual(samples, expected)
  }
}

describe('embedded metrics', () => {
  test('what was appended is there after closing and opening', async () => {
    const { store, dir } = await opened()
    await fill(store, nowMs - 30 * 60_000, nowMs)
    await store.close()
    const again = await opened({ dir })
    await assertFilled(again.store, nowMs - 30 * 60_000, nowMs)
    assert.equal((await again.store.stats()).samples, 6 * 30)
  })

  test('two days become few files, give the same samples, and leave the log short', async () => {
    const { store, dir, clock } = await opened()
    const fromMs = nowMs - 2 * dayMs
    for (let atMs = fromMs; atMs < nowMs; atMs += hourMs / 2) {
      clock.ms = atMs + hourMs / 2
      await fill(store, atMs, atMs + hourMs / 2)
      await store.maintain()
    }
    const { files, walBytes } = store.health()
    assert.ok(files <= 8, String(files))
    const samples = 6 * 2 * 24 * 60
    assert.ok(walBytes < (samples * 12) / 8, String(walBytes))
    await assertFilled(store, fromMs, nowMs)
    assert.equal((await store.stats()).samples, samples)
    await store.close()
    const again = await opened({ dir })
    await assertFilled(again.store, fromMs, nowMs)
    assert.equal((await again.store.stats()).samples, samples)
  })

  test('a window sealed early for want of memory goes on in another file', async () => {
    const { store } = await opened({ limits: { headBytesMax: 1 } })
    await fill(store, nowMs - 2 * hourMs, nowMs, 50, 300_000)
    await until('everything is in files', async () => {
      await store.maintain()
      return store.health().headBytes === 0
    })
    assert.ok(store.health().files > 1)
    await assertFilled(store, nowMs - 2 * hourMs, nowMs, 50, 300_000)
  })

  test('late samples within the hour are taken, also into chunks and files; older ones are refused', async () => {
    const { store } = await opened({ limits: { headBytesMax: 1 } })
    const labels = { __name__: 'm', i: '1' }
    const timestamps = Float64Array.from({ length: 1_000 }, (_, at) => nowMs - hourMs + at * 3_000)
    await store.append({ series: [{ labels, timestamps, values: timestamps.map((_, at) => at) }] })
    await store.maintain()
    assert.equal(store.health().headBytes, 0)
    const late = [1, 4, 700, 2_000, 2_990].map((second) => timestamps[0]! + second * 1_000)
    for (const atMs of late) assert.equal((await store.append({ series: [one(labels, atMs, -1)] })).stored, 1)
    const again = await store.append({ series: late.map((atMs) => one(labels, atMs, -1)) })
    assert.deepEqual([again.stored, again.duplicates], [0, 5])
    const conflict = await store.append({ series: [one(labels, timestamps[0]!, 99)] })
    assert.equal(conflict.rejected[0]?.reason, 'duplicate_timestamp')
    const samples = (await all(store)).get('1')!
    assert.equal(samples.length, 1_005)
    assert.deepEqual(
      samples.filter(([, value]) => value === -1).map(([atMs]) => atMs),
      late,
    )
    assert.ok(samples.every(([atMs], at) => at === 0 || atMs > samples[at - 1]![0]))
    const old = await store.append({ series: [one(labels, nowMs - 3 * hourMs, 1)] })
    assert.equal(old.rejected[0]?.reason, 'too_old')
  })

  test('samples in any order within the hour come out in order', async () => {
    const { store } = await opened()
    const labels = { __name__: 'm', i: '1' }
    await store.append({ series: [one(labels, nowMs, 1_200)] })
    const values = Float64Array.from({ length: 1_200 }, (_, at) => (at * 7_919) % 1_200)
    const timestamps = values.map((second) => nowMs - (1_200 - second) * 1_000)
    for (let at = 0; at < 1_200; at += 100)
      await store.append({
        series: [{ labels, timestamps: timestamps.slice(at, at + 100), values: values.slice(at, at + 100) }],
      })
    const samples = (await all(store)).get('1')!
    assert.deepEqual(
      samples.map(([, value]) => value),
      Array.from({ length: 1_201 }, (_, at) => at),
    )
  })

  test('refuses what lies in the future, before the retention, or nowhere', async () => {
    const { store } = await opened({ retentionMs: dayMs })
    const times = [nowMs + 11 * 60_000, nowMs - dayMs - 1, -5, NaN, Infinity]
    const reasons = ['too_far_in_future', 'too_old', 'too_old', 'too_old', 'too_far_in_future']
    for (const [at, atMs] of times.entries()) {
      const { stored, rejected } = await store.append({ series: [one({ __name__: 'm', at: String(at) }, atMs, 1)] })
      assert.deepEqual([stored, rejected.map(({ reason }) => reason)], [0, [reasons[at]]])
    }
    assert.equal((await store.append({ series: [one({ __name__: 'm' }, nowMs + 9 * 60_000, 1)] })).stored, 1)
    assert.equal((await store.stats()).series, 1)
  })

  test('refuses labels that are too many, too long or not valid, and series beyond the limit', async () => {
    const { store } = await opened({ limits: { seriesMax: 2, labelValueMax: 10 } })
    const many = Object.fromEntries(Array.from({ length: 70 }, (_, at) => [`l${at}`, 'x']))
    const cases: [Labels, string][] = [
      [{ __name__: 'm', ...many }, 'too_many_labels'],
      [{ __name__: 'm', a: 'x'.repeat(11) }, 'label_too_long'],
      [{ __name__: 'm', 'a-b': 'x' }, 'invalid_label'],
      [{ __name__: '1m' }, 'invalid_label'],
      [{ __name__: 'm', a: '\ud800' }, 'invalid_label'],
      [{}, 'invalid_label'],
    ]
    for (const [labels, reason] of cases)
      assert.equal((await store.append({ series: [one(labels, nowMs, 1)] })).rejected[0]?.reason, reason)
    const three = ['a', 'b', 'c'].map((a) => one({ __name__: 'm', a }, nowMs, 1))
    const { stored, rejected } = await store.append({ series: three })
    assert.deepEqual([stored, rejected.map(({ reason }) => reason)], [2, ['too_many_series']])
  })

  test('an empty label is the same as none, in any order of labels', async () => {
    const { store } = await opened()
    await store.append({ series: [one({ __name__: 'm', i: 'x', empty: '' }, nowMs, 1)] })
    const again = await store.append({ series: [one({ i: 'x', __name__: 'm' }, nowMs, 1)] })
    assert.equal(again.duplicates, 1)
    assert.equal((await store.stats()).series, 1)
  })

  test('names like those of an object are labels as any other', async () => {
    const { store, dir } = await opened()
    const labels: Labels = Object.fromEntries([
      ['__name__', 'm'],
      ['__proto__', 'p'],
      ['constructor', 'c'],
    ])
    await store.append({ series: [one(labels, nowMs, 1), one({ __name__: 'm', i: '2' }, nowMs, 2)] })
    await store.close()
    const { store: again } = await opened({ dir })
    const span = { fromMs: 0, toMs: nowMs }
    assert.deepEqual(await again.labelValues('__proto__', [], span, 10), ['p'])
    assert.deepEqual(await again.labelValues('constructor', [], span, 10), ['c'])
    assert.deepEqual(await again.labelValues('toString', [], span, 10), [])
    assert.equal((await again.series([[{ name: 'constructor', op: '=', value: '' }]], span, 10)).length, 1)
  })

  test('stale markers keep their bits in the head, the log, and files', async () => {
    const { store, dir, clock } = await opened()
    const bits = async (from: EmbeddedMetrics): Promise<bigint[]> => {
      const found: bigint[] = []
      for await (const { values } of from.select([], { fromMs: 0, toMs: nowMs }, new AbortController().signal))
        found.push(...new BigUint64Array(values.slice().buffer))
      return found
    }
    const stale = one({ __name__: 'm' }, nowMs - 5 * hourMs, 0)
    new BigUint64Array(stale.values.buffer)[0] = staleNan
    await store.append({ series: [stale, one({ __name__: 'm' }, nowMs - 5 * hourMs + 1, NaN)] })
    const expected = [staleNan, 0x7ff8000000000000n]
    assert.deepEqual(await bits(store), expected)
    assert.equal((await store.append({ series: [stale] })).duplicates, 1)
    await store.close()
    const again = await opened({ dir })
    assert.deepEqual(await bits(again.store), expected)
    await again.store.append({ series: [one({ __name__: 'later' }, nowMs + 1, 1)] })
    again.clock.ms = clock.ms + hourMs
    await again.store.maintain()
    assert.equal(again.store.health().files, 1)
    assert.deepEqual(await bits(again.store), expected)
  })

  test('retention deletes whole files, and series that are in no file any more', async () => {
    const { store, clock, warnings } = await opened({ retentionMs: 3 * dayMs })
    await store.append({ series: [one({ __name__: 'short_lived', i: '0' }, nowMs - 2.9 * dayMs, 1)] })
    await fill(store, nowMs - 2 * hourMs, nowMs)
    clock.ms += hourMs
    await store.maintain()
    assert.equal((await store.stats()).series, 7)
    clock.ms += dayMs
    await store.maintain()
    assert.deepEqual(warnings, [])
    assert.equal((await store.stats()).series, 6)
    assert.deepEqual(await store.labelValues('__name__', [], { fromMs: 0, toMs: nowMs }, 10), ['m'])
    await assertFilled(store, nowMs - 2 * hourMs, nowMs)
  })

  test('too many bytes delete the oldest file, and what it held does not come back', async () => {
    const { store, dir, clock } = await opened()
    await fill(store, nowMs - 10 * hourMs, nowMs, 30)
    clock.ms += 10 * 60_000
    await store.maintain()
    const before = await store.stats()
    const { bytes } = store.health()
    await store.configure({ retentionMs: 30 * dayMs, bytesMax: bytes - 1 })
    assert.ok(store.health().bytes < bytes)
    const left = await store.stats()
    assert.ok(left.oldestMs! > before.oldestMs!)
    await store.close()
    const again = await opened({ dir })
    assert.deepEqual((await again.store.stats()).samples, left.samples)
    assert.equal(
      (await again.store.append({ series: [one({ __name__: 'm', i: 'new' }, before.oldestMs!, 1)] })).stored,
      0,
    )
  })

  test('an id is known for a day, also after its part of the log is gone', async () => {
    const { store, dir, clock } = await opened()
    await store.append({ id: 'first', series: [one({ __name__: 'm' }, nowMs - 6 * hourMs, 1)] })
    await store.append({ series: [one({ __name__: 'm' }, nowMs, 1)] })
    clock.ms += 10 * 60_000
    await store.maintain()
    await store.maintain()
    await store.close()
    const again = await opened({ dir })
    again.clock.ms = clock.ms
    const repeated = await again.store.append({ id: 'first', series: [one({ __name__: 'm' }, nowMs + 1, 5)] })
    assert.deepEqual(repeated, { stored: 0, duplicates: 1, rejected: [] })
    again.clock.ms += dayMs
    const dayLater = await again.store.append({ id: 'first', series: [one({ __name__: 'm' }, nowMs + 2, 5)] })
    assert.equal(dayLater.stored, 1)
  })

  test('the same id twice at once is stored once', async () => {
    const { store } = await opened()
    const outcomes = await Promise.all(
      [1, 2, 3].map(() => store.append({ id: 'x', series: [one({ __name__: 'm', i: '0' }, nowMs, 1)] })),
    )
    assert.deepEqual(
      outcomes.map(({ stored }) => stored),
      [1, 0, 0],
    )
    assert.equal((await all(store)).get('0')!.length, 1)
  })

  test('queries that run while windows become files and files are merged see every sample once', async () => {
    const { store, clock } = await opened()
    const fromMs = nowMs - 26 * hourMs
    await fill(store, fromMs, nowMs, 300, 300_000)
    clock.ms += 10 * 60_000
    let isDone = false
    const work = store.maintain().then(() => (isDone = true))
    let looked = 0
    do {
      for (const samples of (await all(store)).values()) assert.equal(samples.length, 26 * 12)
      looked++
    } while (!isDone)
    await work
    await assertFilled(store, fromMs, nowMs, 300, 300_000)
    assert.ok(looked > 1)
  })

  test('a long read gives way to others and stops when its caller is gone', async (context) => {
    const { store } = await opened()
    const times = Float64Array.from({ length: 100 }, (_, at) => nowMs - (100 - at) * 1_000)
    const values = times.map((atMs) => atMs % 1_000_003)
    for (let i = 0; i < 400; i++)
      await store.append({ series: [{ labels: { __name__: 'm', i: String(i) }, timestamps: times, values }] })
    let turns = 0
    const ticking = setInterval(() => turns++, 1)
    context.after(() => clearInterval(ticking))
    const controller = new AbortController()
    let seen = 0
    await assert.rejects(async () => {
      for await (const _ of store.select([], { fromMs: 0, toMs: nowMs }, controller.signal)) {
        seen++
        for (const startedAt = performance.now(); performance.now() < startedAt + 1;);
        if (turns > 3) controller.abort()
      }
    })
    assert.ok(seen < 400, String(seen))
  })

  test('closing refuses what comes later and keeps what came before', async () => {
    const { store, dir } = await opened()
    const last = store.append({ series: [one({ __name__: 'm', i: '0' }, nowMs, 3)] })
    await store.close()
    assert.equal((await last).stored, 1)
    await assert.rejects(store.append({ series: [] }), { code: 'SHUTTING_DOWN' })
    const again = await opened({ dir })
    assert.deepEqual((await all(again.store)).get('0'), [[nowMs, 3]])
  })
})
