import type { Long } from 'protobufjs'
import type { MetricMetadata, MetricType } from '../metrics/metrics.ts'
import type { IngestCaps } from './caps.ts'
import type { BodyHead, DecodedMetrics } from './decoded.ts'
import type { LabelSets } from './labelSets.ts'
import { attributePairs, longNs, longNumber, readOtlp, type KeyValue, type Resource } from './otlp.ts'
import { labelNameOf, metricNameOf, numberText } from './otlpNames.ts'
import { Samples } from './samples.ts'

interface MetricsRequest {
  resourceMetrics: { resource: Resource | null; scopeMetrics: { metrics: Metric[] }[] }[]
}

type Metric = { name: string; description: string; unit: string } & (
  | { data: 'gauge'; gauge: { dataPoints: NumberPoint[] } }
  | { data: 'sum'; sum: { dataPoints: NumberPoint[]; aggregationTemporality: number; isMonotonic: boolean } }
  | { data: 'histogram'; histogram: { dataPoints: HistogramPoint[]; aggregationTemporality: number } }
  | { data: 'exponentialHistogram'; exponentialHistogram: { dataPoints: object[] } }
  | { data: 'summary'; summary: { dataPoints: SummaryPoint[] } }
  | { data?: undefined }
)

interface Point {
  attributes: KeyValue[]
  timeUnixNano: Long
  flags: number
}

type NumberPoint = Point &
  ({ value: 'asDouble'; asDouble: number } | { value: 'asInt'; asInt: Long } | { value?: undefined })

interface HistogramPoint extends Point {
  count: Long
  /** Null where none was sent. */
  sum: number | null
  bucketCounts: Long[]
  explicitBounds: number[]
}

interface SummaryPoint extends Point {
  count: Long
  sum: number
  quantileValues: { quantile: number; value: number }[]
}

type Pair = [name: string, value: string]

const cumulative = 2
/** Flag of a point that says the series has ended. */
const noRecordedValue = 1

/**
 * OpenTelemetry's metrics as Prometheus takes them: `service.namespace/service.name` is the job, `service.instance.id`
 * the instance, the other resource attributes are labels of `target_info`; names get their unit and `_total`; classic
 * histograms and summaries become their series. Delta temporality and exponential histograms are counted as
 * `unsupported`.
 * @throws AppError
 */
export async function decodeOtlpMetrics(
  body: Uint8Array,
  head: BodyHead,
  caps: IngestCaps,
  known: LabelSets,
): Promise<DecodedMetrics> {
  const request = (await readOtlp('ExportMetricsServiceRequest', body, head, caps)) as MetricsRequest
  known.use(caps)
  const sink = new Sink(new Samples(caps, head.receivedMs, 1_024), caps, known)
  for (const { resource, scopeMetrics } of request.resourceMetrics) {
    const { identity, info } = splitResource(attributePairs(resource?.attributes ?? []))
    sink.target(identity)
    for (const { metrics } of scopeMetrics) for (const metric of metrics) addMetric(sink, metric)
    if (identity.length > 0 && info.length > 0 && sink.newestMs > 0) sink.add('target_info', info, sink.newestMs, 1)
  }
  const { samples, metadata } = sink
  return {
    series: samples.list(),
    samples: samples.count,
    exemplars: 0,
    metadata: [...metadata.values()],
    rejected: samples.rejections.list(),
  }
}

/** Where the points of one resource go. */
class Sink {
  readonly samples: Samples
  readonly metadata = new Map<string, MetricMetadata>()
  readonly #caps: IngestCaps
  readonly #known: LabelSets
  #identity: Pair[] = []
  /** Of the resource's points. */
  newestMs = 0

  constructor(samples: Samples, caps: IngestCaps, known: LabelSets) {
    this.samples = samples
    this.#caps = caps
    this.#known = known
  }

  target(identity: Pair[]): void {
    this.#identity = identity
    this.newestMs = 0
  }

  describe(metric: string, type: MetricType, { description, unit }: Metric): void {
    if (metric !== '') this.metadata.set(metric, { metric, type, help: description, unit })
  }

  reject(metric: string, points: number): void {
    for (let point = 0; point < points; point++) this.samples.meet()
    const hint = 'send cumulative sums and classic histograms'
    this.samples.rejections.add(
      'unsupported',
      () => `invalid temporality and type combination for metric "${metric}": ${hint}`,
      points,
    )
  }

  /** One sample; `null` marks the end of the series. */
  add(name: string, labels: Pair[], timestampMs: number, value: number | null): void {
    this.samples.meet()
    const { labels: series, refusal } = this.#known.of([['__name__', name], ...this.#identity, ...labels], this.#caps)
    if (!series) return this.samples.rejections.add(refusal.reason, () => refusal.message)
    this.samples.begin(series)
    if (value === null) this.samples.addStale(timestampMs)
    else this.samples.add(timestampMs, value)
    this.newestMs = Math.max(this.newestMs, timestampMs)
  }
}

function splitResource(pairs: Pair[]): { identity: Pair[]; info: Pair[] } {
  const texts = new Map(pairs)
  const service = texts.get('service.name') ?? ''
  const namespace = texts.get('service.namespace') ?? ''
  const instance = texts.get('service.instance.id') ?? ''
  const identity: Pair[] = []
  if (service !== '') identity.push(['job', namespace === '' ? service : `${namespace}/${service}`])
  if (instance !== '') identity.push(['instance', instance])
  const rest = pairs.filter(([name]) => !['service.name', 'service.namespace', 'service.instance.id'].includes(name))
  return { identity, info: labelPairs(rest) }
}

/** Names that become the same one share it, their values joined with `;`. `job` and `instance` are the resource's. */
function labelPairs(pairs: Pair[]): Pair[] {
  const labels = new Map<string, string>()
  for (const [name, value] of pairs.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    const label = labelNameOf(name)
    const free = label === 'job' || label === 'instance' ? `exported_${label}` : label
    const known = labels.get(free)
    labels.set(free, known === undefined ? value : `${known};${value}`)
  }
  return [...labels]
}

function addMetric(sink: Sink, metric: Metric): void {
  switch (metric.data) {
    case 'gauge':
      return addNumbers(sink, metric, metric.gauge.dataPoints, 'gauge')
    case 'sum':
      if (metric.sum.aggregationTemporality !== cumulative)
        return sink.reject(metric.name, metric.sum.dataPoints.length)
      return addNumbers(sink, metric, metric.sum.dataPoints, metric.sum.isMonotonic ? 'counter' : 'gauge')
    case 'histogram':
      if (metric.histogram.aggregationTemporality !== cumulative)
        return sink.reject(metric.name, metric.histogram.dataPoints.length)
      return addHistograms(sink, metric, metric.histogram.dataPoints)
    case 'exponentialHistogram':
      return sink.reject(metric.name, metric.exponentialHistogram.dataPoints.length)
    case 'summary':
      return addSummaries(sink, metric, metric.summary.dataPoints)
    default:
  }
}

const timeMs = ({ timeUnixNano }: Point): number => Number(longNs(timeUnixNano) / 1_000_000n)

const hasEnded = ({ flags }: Point): boolean => (flags & noRecordedValue) !== 0

function addNumbers(sink: Sink, metric: Metric, points: NumberPoint[], type: 'counter' | 'gauge'): void {
  // Only what OpenTelemetry calls a gauge may be a ratio: a sum that can fall is a count of something.
  const kind = type === 'gauge' && metric.data === 'sum' ? 'other' : type
  const name = metricNameOf(metric.name, metric.unit, kind)
  sink.describe(name, type, metric)
  for (const point of points) {
    const value = point.value === 'asInt' ? longNumber(point.asInt) : point.value === 'asDouble' ? point.asDouble : 0
    sink.add(name, labelPairs(attributePairs(point.attributes)), timeMs(point), hasEnded(point) ? null : value)
  }
}

function addHistograms(sink: Sink, metric: Metric, points: HistogramPoint[]): void {
  const name = metricNameOf(metric.name, metric.unit, 'other')
  sink.describe(name, 'histogram', metric)
  for (const point of points) {
    const labels = labelPairs(attributePairs(point.attributes))
    const atMs = timeMs(point)
    const add = (suffix: string, extra: Pair[], value: number): void =>
      sink.add(name + suffix, [...labels, ...extra], atMs, hasEnded(point) ? null : value)
    const count = longNumber(point.count)
    if (point.sum !== null) add('_sum', [], point.sum)
    add('_count', [], count)
    let total = 0
    for (const [index, bound] of point.explicitBounds.entries()) {
      const inBucket = point.bucketCounts[index]
      total += inBucket ? longNumber(inBucket) : 0
      add('_bucket', [['le', numberText(bound)]], total)
    }
    add('_bucket', [['le', '+Inf']], count)
  }
}

function addSummaries(sink: Sink, metric: Metric, points: SummaryPoint[]): void {
  const name = metricNameOf(metric.name, metric.unit, 'other')
  sink.describe(name, 'summary', metric)
  for (const point of points) {
    const labels = labelPairs(attributePairs(point.attributes))
    const atMs = timeMs(point)
    const add = (suffix: string, extra: Pair[], value: number): void =>
      sink.add(name + suffix, [...labels, ...extra], atMs, hasEnded(point) ? null : value)
    add('_sum', [], point.sum)
    add('_count', [], longNumber(point.count))
    for (const { quantile, value } of point.quantileValues) add('', [['quantile', numberText(quantile)]], value)
  }
}
