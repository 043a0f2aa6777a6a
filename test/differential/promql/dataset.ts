import type { Labels } from '../../../src/platform/telemetry/labels.ts'
import type { Series } from '../../../src/platform/telemetry/metrics/metrics.ts'
import { staleNan } from '../../../src/platform/telemetry/metrics/metrics.ts'
import { inOrder } from '../../../src/platform/telemetry/promql/labelSets.ts'
import { Random } from '../../support/random.ts'

/** 2023-11-14T22:00:00Z */
export const startMs = 1_699_999_200_000
export const endMs = startMs + 2 * 3_600_000
const intervalMs = 15_000

/** Written in place of a value; becomes the stale marker's bits. */
const stale = Symbol('stale')
type Written = number | typeof stale | undefined

interface Making {
  labels: Labels
  everyMs?: number
  /** How far a sample may come after its time. */
  jitterMs?: number
  /** The value of the sample with this number; undefined leaves a gap. */
  at: (index: number) => Written
}

/**
 * Series with whatever makes engines disagree: gaps, resets, stale markers, NaN, infinities, ties, odd labels. They come
 * in the order of their labels, since which of equal ones Prometheus ranks first depends on which it met first.
 */
export function dataset(seed: number): Series[] {
  const random = new Random(seed)
  const makings = [
    ...counters(random),
    ...gauges(random),
    ...histograms(random),
    ...specials(random),
    ...oddLabels(random),
    ...times(random),
  ]
  return inOrder(makings.map((making) => seriesOf(making, random)))
}

function seriesOf({ labels, everyMs = intervalMs, jitterMs = 0, at }: Making, random: Random): Series {
  const offsetMs = random.between(0, 2) * 1_000
  const samples: { atMs: number; value: number | typeof stale }[] = []
  for (let index = 0; startMs + index * everyMs <= endMs; index++) {
    const value = at(index)
    const atMs = startMs + offsetMs + index * everyMs + random.between(0, jitterMs)
    if (value !== undefined) samples.push({ atMs, value })
  }
  const values = Float64Array.from(samples, ({ value }) => (value === stale ? 0 : value))
  const bits = new BigUint64Array(values.buffer)
  samples.forEach(({ value }, index) => void (value === stale && (bits[index] = staleNan)))
  return { labels, timestamps: Float64Array.from(samples, ({ atMs }) => atMs), values }
}

function counters(random: Random): Making[] {
  return ['api', 'web'].flatMap((job) =>
    ['a:80', 'b:80', 'c:80'].flatMap((instance) =>
      ['200', '404', '500'].map((code) => ({
        labels: { __name__: 'http_requests_total', job, instance, code },
        jitterMs: random.pick([0, 0, 40]),
        at: counting(random, { resets: random.chance(0.5), gaps: random.chance(0.3), whole: random.chance(0.5) }),
      })),
    ),
  )
}

function counting(random: Random, { resets, gaps, whole }: { resets: boolean; gaps: boolean; whole: boolean }) {
  const speed = random.between(0, 20)
  let count = random.chance(0.5) ? 0 : random.between(0, 100_000)
  let gapUntil = -1
  return (index: number): Written => {
    if (resets && random.chance(0.01)) count = random.chance(0.5) ? 0 : random.between(0, 5)
    count += whole ? random.between(0, speed) : random.next() * speed
    if (gaps && random.chance(0.01)) gapUntil = index + random.between(3, 60)
    if (index > gapUntil) return count
    return index === gapUntil - 2 && random.chance(0.5) ? stale : undefined
  }
}

function gauges(random: Random): Making[] {
  const wandering = (scale: number) => {
    let value = (random.next() - 0.3) * scale
    return (): number => (value += (random.next() - 0.5) * scale * 0.1)
  }
  const instances = ['a:80', 'b:80', 'c:80']
  return [
    ...['api', 'web'].flatMap((job) =>
      instances.map((instance) => ({
        labels: { __name__: 'memory_bytes', job, instance },
        at: wandering(1e9),
      })),
    ),
    ...instances.map((instance) => ({
      labels: { __name__: 'temperature', instance, room: random.pick(['küche', '日本', 'cellar']) },
      jitterMs: 500,
      at: wandering(40),
    })),
    ...['api', 'web'].flatMap((job) =>
      instances.map((instance) => ({
        labels: { __name__: 'up', job, instance },
        everyMs: 60_000,
        at: () => (random.chance(0.1) ? stale : Number(random.chance(0.9))),
      })),
    ),
    ...['api', 'web'].flatMap((job) =>
      instances.slice(0, 2).map((instance, index) => ({
        labels: { __name__: 'build_info', job, instance, version: `1.${index}`, revision: job + index },
        at: () => 1,
      })),
    ),
    // One value for several series, and whole numbers for `count_values`.
    ...[0, 1, 2, 3, 4, 5].map((i) => ({
      labels: { __name__: 'tie', i: String(i), group: i % 2 === 0 ? 'even' : 'odd' },
      at: (index: number) => Math.floor(index / 20) % (i < 3 ? 4 : 6),
    })),
    { labels: { __name__: 'sparse', i: '4m' }, everyMs: 240_000, at: (index) => index * index },
    { labels: { __name__: 'sparse', i: '7m' }, everyMs: 420_000, at: (index) => 100 - index },
    { labels: { __name__: 'sparse', i: 'once' }, everyMs: 10_000_000, at: () => 42 },
  ]
}

function histograms(random: Random): Making[] {
  const bounds = ['0.05', '0.1', '0.5', '1', '2.5', '10', '+Inf']
  const buckets = (labels: Labels, les: string[], disorder: number): Making[] => {
    const totals = les.map((_, index) => index * random.between(1, 5))
    return les.map((le, index) => {
      let count = totals[index]!
      return {
        labels: { ...labels, le },
        at: () => (count += random.chance(disorder) ? -1 : (index + 1) * random.between(0, 2)),
      }
    })
  }
  return [
    ...['api', 'web'].flatMap((job) => buckets({ __name__: 'request_seconds_bucket', job }, bounds, 0)),
    ...buckets({ __name__: 'odd_bucket', kind: 'falling' }, bounds, 0.5),
    ...buckets({ __name__: 'odd_bucket', kind: 'unbounded' }, bounds.slice(0, 4), 0),
    ...buckets({ __name__: 'odd_bucket', kind: 'twice' }, ['1', '1.0', '2', 'Inf'], 0),
    ...buckets({ __name__: 'odd_bucket', kind: 'negative' }, ['-1', '0', '1', '+Inf'], 0),
    ...buckets({ __name__: 'odd_bucket', kind: 'single' }, ['+Inf'], 0),
    ...buckets({ __name__: 'odd_bucket', kind: 'wordy' }, ['1', 'many', '1e400', '+Inf'], 0),
    ...buckets({ __name__: 'other_bucket', kind: 'negative' }, ['0', '1', '+Inf'], 0),
  ]
}

function specials(random: Random): Making[] {
  const kinds: Record<string, (index: number) => Written> = {
    nan: () => NaN,
    infinite: () => Infinity,
    minus_infinite: () => -Infinity,
    zero: (index) => (index % 2 === 0 ? 0 : -0),
    one: (index) => (index % 7 === 0 ? -1 : 1),
    huge: (index) => 1e308 * (index % 3 === 0 ? 1 : 1.7),
    tiny: () => random.next() * 1e-300,
    some_nan: (index) => (random.chance(0.1) ? NaN : index),
    some_infinite: (index) => (random.chance(0.05) ? random.pick([Infinity, -Infinity]) : index),
    constant: () => 0.1,
    alternating: (index) => (index % 2 === 0 ? 1e16 : 1),
    brief: (index) => (index < 40 ? index : index === 40 ? stale : undefined),
    returning: (index) => (index % 60 < 30 ? index : index % 60 === 30 ? stale : undefined),
    late: (index) => (index > 300 ? index : undefined),
  }
  return Object.entries(kinds).map(([kind, at]) => ({ labels: { __name__: 'special', kind }, at }))
}

function oddLabels(random: Random): Making[] {
  const texts = ['', 'plain', 'a"b', "a'b", 'back\\slash', 'ünï ✓ 日本 😀', '$1', '{x="y"}', ' ', 'a,b']
  return texts.map((text, index) => ({
    labels: {
      __name__: 'odd',
      ...(text !== '' && { text }),
      ...(index % 2 === 0 && { constructor: 'c' }),
      ...(index % 3 === 0 && { le: '1' }),
      _x: String(index % 3),
    },
    at: (at: number) => index * 10 + (at % 10) + random.between(0, 1),
  }))
}

function times(random: Random): Making[] {
  const moments = [0, 951_782_400, -1, -86_401, 4_102_444_799, 1e12, -1e13, 1e300, 1_700_000_000.75]
  return moments.map((moment, index) => ({
    labels: { __name__: 'moment', i: String(index) },
    at: (at: number) => moment + at * random.pick([86_400, 3_600]),
  }))
}
