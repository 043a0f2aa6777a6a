import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { OTLPMetricExporter as HttpMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPMetricExporter as ProtoMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { MeterProvider, PeriodicExportingMetricReader, type PushMetricExporter } from '@opentelemetry/sdk-metrics'
import { pushTimeseries } from 'prometheus-remote-write'
import type { Series } from '../../src/platform/telemetry/metrics/metrics.ts'
import { receiver } from './receiver.ts'

type Options = NonNullable<Parameters<typeof pushTimeseries>[1]>

const nameOf = ({ labels }: Series): string => labels['__name__']!

const valueOf = (series: Series[], name: string, labels: Record<string, string> = {}): number | undefined =>
  series.findLast(
    (one) => nameOf(one) === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value),
  )?.values[0]

describe('the OpenTelemetry exporters of metrics', () => {
  const exporters: [name: string, make: (url: string, headers: Record<string, string>) => PushMetricExporter][] = [
    ['protobuf', (url, headers) => new ProtoMetricExporter({ url, headers })],
    ['JSON', (url, headers) => new HttpMetricExporter({ url, headers })],
  ]
  for (const [name, make] of exporters)
    it(`deliver counters, gauges and histograms in ${name}`, async () => {
      const target = await receiver()
      const exporter = make(`${target.url}/otlp/v1/metrics`, target.headers)
      const provider = new MeterProvider({
        resource: resourceFromAttributes({ 'service.name': 'shop', 'service.instance.id': 'i1', 'host.name': 'h1' }),
        readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 })],
      })
      const meter = provider.getMeter('till')
      const sold = meter.createCounter('sold.items', { unit: '{item}', description: 'Sold' })
      const took = meter.createHistogram('http.duration', { unit: 's', advice: { explicitBucketBoundaries: [0.1, 1] } })
      meter.createObservableGauge('load', { unit: '1' }).addCallback((result) => result.observe(0.25))
      for (let index = 0; index < 500; index++) sold.add(2, { shelf: `s${index}` })
      for (const seconds of [0.05, 0.5, 5]) took.record(seconds)
      await provider.forceFlush()
      sold.add(3, { shelf: 's1' })
      await provider.forceFlush()
      await provider.shutdown()
      const { series } = target
      assert.deepEqual(target.rejected, [])
      assert.equal(valueOf(series, 'sold_items_total', { shelf: 's1', job: 'shop', instance: 'i1' }), 5)
      assert.equal(
        new Set(series.filter((one) => nameOf(one) === 'sold_items_total').map(({ labels }) => labels['shelf'])).size,
        500,
      )
      assert.equal(valueOf(series, 'load_ratio'), 0.25)
      assert.equal(valueOf(series, 'http_duration_seconds_count'), 3)
      assert.equal(valueOf(series, 'http_duration_seconds_sum'), 5.55)
      assert.equal(valueOf(series, 'http_duration_seconds_bucket', { le: '0.1' }), 1)
      assert.equal(valueOf(series, 'http_duration_seconds_bucket', { le: '+Inf' }), 3)
      assert.equal(valueOf(series, 'target_info', { host_name: 'h1' }), 1)
      assert.ok(
        target.metadata.some(
          ({ metric, type, help }) => metric === 'sold_items_total' && type === 'counter' && help === 'Sold',
        ),
      )
    })
})

/** The client would look for a package of this name. */
const send: NonNullable<Options['fetch']> = (url, init) =>
  fetch(url, { method: 'POST', headers: init?.headers ?? {}, body: new Uint8Array(init?.body ?? new ArrayBuffer()) })

describe('prometheus-remote-write', () => {
  it('delivers every sample', async () => {
    const target = await receiver()
    const timestamp = Date.now()
    const timeseries = Array.from({ length: 300 }, (_, index) => ({
      labels: { __name__: 'shelf_items', shelf: `s${index}` },
      samples: [
        { value: index, timestamp },
        { value: index + 0.5, timestamp: timestamp + 1 },
      ],
    }))
    const url = `${target.url}/prometheus/api/v1/write`
    const { status, errorMessage } = await pushTimeseries(timeseries, { url, headers: target.headers, fetch: send })
    assert.equal(status, 204, errorMessage)
    assert.deepEqual(target.rejected, [])
    assert.equal(target.series.length, 300)
    const { labels, timestamps, values } = target.series[42]!
    assert.deepEqual([labels['shelf'], [...timestamps], [...values]], ['s42', [timestamp, timestamp + 1], [42, 42.5]])
  })
})
