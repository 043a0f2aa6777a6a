import type { MetricBatch } from '../metrics.ts'
import { openEmbeddedMetrics } from './index.ts'

/** The program that the test of crashes kills: appends batches one after the other and says which are acknowledged. */
export const crashSeries = 20
const startMs = Date.UTC(2026, 0, 1)
const stepMs = 60_000

/** So little that windows become files, and files are merged, all the time. */
export const crashLimits = { headBytesMax: 1_500_000 }

export const crashClock = (): number => startMs + 400 * 86_400_000

export const crashBatch = (number: number): MetricBatch => ({
  id: `batch-${number}`,
  series: Array.from({ length: crashSeries }, (_, i) => ({
    labels: { __name__: 'm', i: String(i) },
    timestamps: Float64Array.of(startMs + number * stepMs),
    values: Float64Array.of(i % 2 === 0 ? number * i : Math.sin(number + i)),
  })),
})

if (import.meta.main) {
  const [dir = '', from = '0'] = process.argv.slice(2)
  const store = await openEmbeddedMetrics({
    dir,
    now: crashClock,
    retentionMs: 1e12,
    bytesMax: 1e12,
    limits: crashLimits,
  })
  process.stdout.write('open\n')
  for (let number = Number(from); ; number++) {
    await store.append(crashBatch(number))
    process.stdout.write(`${number}\n`)
  }
}
