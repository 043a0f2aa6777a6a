import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { LogRow } from '../logs/logs.ts'
import { parseLogql, queryLogs } from './index.ts'
import type { LineSource } from './select.ts'

const streams = [{ app: 'a' }, { app: 'b' }]

const rowOf = (timestampNs: bigint, value: number, stream: number): LogRow => ({
  id: '',
  timestampNs,
  line: `v=${value}`,
  labels: streams[stream]!,
  service: streams[stream]!.app,
  severity: 0,
})

/** Rows in order of time, as a store gives them, in portions of five. */
const sourceOf = (rows: LogRow[]): LineSource => ({
  async *scan({ fromNs, toNs }) {
    const found = rows.filter(({ timestampNs }) => timestampNs >= fromNs && timestampNs < toNs)
    for (let at = 0; at < found.length; at += 5) yield found.slice(at, at + 5)
  },
})

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
const variance = (values: number[]): number => mean(values.map((value) => (value - mean(values)) ** 2))

function quantile(q: number, values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const rank = q * (sorted.length - 1)
  const low = Math.floor(rank)
  return sorted[low]! + (sorted[Math.min(low + 1, sorted.length - 1)]! - sorted[low]!) * (rank - low)
}

const increase = (values: number[]): number =>
  values.slice(1).reduce((sum, value, index) => sum + (value >= values[index]! ? value - values[index]! : value), 0)

/** What each function makes of the values in a window, said the simplest way. */
const simply: Record<string, (values: number[], rangeS: number) => number> = {
  'count_over_time({app=~".+"}[R])': (values) => values.length,
  'rate({app=~".+"}[R])': (values, rangeS) => values.length / rangeS,
  'sum_over_time({app=~".+"} | logfmt | unwrap v [R])': (values) => values.reduce((sum, value) => sum + value, 0),
  'avg_over_time({app=~".+"} | logfmt | unwrap v [R]) by (app)': mean,
  'min_over_time({app=~".+"} | logfmt | unwrap v [R]) by (app)': (values) => Math.min(...values),
  'max_over_time({app=~".+"} | logfmt | unwrap v [R]) by (app)': (values) => Math.max(...values),
  'first_over_time({app=~".+"} | logfmt | unwrap v [R]) by (app)': (values) => values[0]!,
  'last_over_time({app=~".+"} | logfmt | unwrap v [R]) by (app)': (values) => values.at(-1)!,
  'stdvar_over_time({app=~".+"} | logfmt | unwrap v [R]) by (app)': variance,
  'stddev_over_time({app=~".+"} | logfmt | unwrap v [R]) by (app)': (values) => Math.sqrt(variance(values)),
  'quantile_over_time(0.3, {app=~".+"} | logfmt | unwrap v [R]) by (app)': (values) => quantile(0.3, values),
  'rate_counter({app=~".+"} | logfmt | unwrap v [R])': (values, rangeS) => increase(values) / rangeS,
}

test('every window holds what came after its beginning, up to and with its end', async () => {
  const samples = fc.array(
    fc.record({
      atMs: fc.integer({ min: 0, max: 400 }),
      value: fc.integer({ min: 0, max: 50 }),
      stream: fc.integer({ min: 0, max: 1 }),
    }),
    { maxLength: 60 },
  )
  let compared = 0
  await fc.assert(
    fc.asyncProperty(
      samples,
      fc.constantFrom(...Object.keys(simply)),
      fc.integer({ min: 1, max: 150 }),
      fc.integer({ min: 1, max: 120 }),
      fc.integer({ min: 0, max: 200 }),
      fc.integer({ min: -50, max: 100 }),
      async (all, query, rangeMs, stepMs, startMs, offsetMs) => {
        const ordered = all.toSorted((a, b) => a.atMs - b.atMs)
        const rows = ordered.map(({ atMs, value, stream }) => rowOf(BigInt(atMs + 1_000) * 1_000_000n, value, stream))
        const text = query.replace('[R]', `[${rangeMs}ms] offset ${offsetMs}ms`)
        const span = {
          startNs: BigInt(startMs + 1_000) * 1_000_000n,
          endNs: BigInt(startMs + 1_300) * 1_000_000n,
          stepMs,
        }
        const { result } = await queryLogs(
          parseLogql(text),
          { ...span, limit: 0, direction: 'forward' },
          sourceOf(rows),
        )
        const found = new Map(
          (result as { metric: { app: string }; values: [number, string][] }[]).flatMap(({ metric, values }) =>
            values.map(([at, value]) => [`${metric.app} ${Math.round(at * 1000)}`, Number(value)]),
          ),
        )
        let expected = 0
        for (let atMs = startMs; atMs <= startMs + 300; atMs += stepMs) {
          for (const [stream, { app }] of streams.entries()) {
            const window = ordered.filter(
              (each) => each.stream === stream && each.atMs > atMs - offsetMs - rangeMs && each.atMs <= atMs - offsetMs,
            )
            if (window.length === 0) continue
            expected++
            const value = simply[query]!(
              window.map((each) => each.value),
              rangeMs / 1000,
            )
            const answer = found.get(`${app} ${atMs + 1_000}`)
            assert.ok(
              answer !== undefined && Math.abs(answer - value) <= 1e-9 * Math.max(1, Math.abs(value)),
              `${text} at ${atMs} of ${app}: ${answer} instead of ${value}`,
            )
          }
        }
        assert.equal(found.size, expected)
        compared += expected
      },
    ),
    { numRuns: 1_500 },
  )
  assert.ok(compared > 5_000, `only ${compared} values were compared`)
})
