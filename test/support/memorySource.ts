import { valueTest } from '../../src/platform/telemetry/labels.ts'
import type { SampleSource, Series } from '../../src/platform/telemetry/metrics/metrics.ts'

/** A source of samples for the engine of PromQL that holds them as they are. */
export const memorySource = (series: Series[]): SampleSource => ({
  select: (matchers, { fromMs, toMs }) => {
    const tests = matchers.map((matcher) => ({ name: matcher.name, matches: valueTest(matcher) }))
    return series
      .filter(({ labels }) =>
        tests.every(({ name, matches }) => matches(Object.hasOwn(labels, name) ? labels[name]! : '')),
      )
      .map(({ labels, timestamps, values }) => {
        const from = timestamps.findIndex((atMs) => atMs >= fromMs)
        const to = timestamps.findLastIndex((atMs) => atMs <= toMs) + 1
        const [lo, hi] = from < 0 || to < from ? [0, 0] : [from, to]
        return { labels, timestamps: timestamps.subarray(lo, hi), values: values.subarray(lo, hi) }
      })
  },
})
