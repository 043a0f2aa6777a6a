import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compressSync } from 'snappy'
import { staleNan } from '../metrics/metrics.ts'
import { defaultCaps, type IngestCaps } from './caps.ts'
import { LabelSets } from './labelSets.ts'
import { decodeRemoteWrite } from './remoteWrite.ts'
import { head, protobufOf, receivedMs, refused, snappyOf } from './testing.ts'

const head1 = head('application/x-protobuf', 'snappy')
const head2 = head('application/x-protobuf;proto=io.prometheus.write.v2.Request', 'snappy')
const labelled = (labels: Record<string, string>) => Object.entries(labels).map(([name, value]) => ({ name, value }))

const write1 = (message: Record<string, unknown>, caps: Partial<IngestCaps> = {}, known = new LabelSets()) =>
  decodeRemoteWrite(snappyOf('prometheus.WriteRequest', message), head1, { ...defaultCaps, ...caps }, known)

const write2 = (message: Record<string, unknown>) =>
  decodeRemoteWrite(snappyOf('io.prometheus.write.v2.Request', message), head2, defaultCaps, new LabelSets())

const bitsOf = (values: Float64Array): bigint[] =>
  Array.from({ length: values.length }, (_, index) =>
    new DataView(values.buffer, values.byteOffset, values.byteLength).getBigUint64(index * 8, true),
  )

describe('remote write 1.0', () => {
  it('becomes series with every sample', async () => {
    const up = labelled({ __name__: 'up', job: 'api' })
    const decoded = await write1({
      timeseries: [
        {
          labels: up,
          samples: [
            { value: 1.5, timestamp: receivedMs },
            { value: -0, timestamp: receivedMs + 1 },
          ],
        },
        { labels: labelled({ __name__: 'ü:x', job: '' }), samples: [{ value: 1, timestamp: 1 }] },
        { labels: labelled({ __name__: 'old' }), samples: [{ value: 3, timestamp: -5 }] },
      ],
    })
    assert.deepEqual(
      decoded.rejected.map(({ reason, count }) => [reason, count]),
      [['invalid_label', 1]],
    )
    assert.deepEqual(
      decoded.series.map(({ labels, timestamps, values }) => [labels, [...timestamps], [...values]]),
      [
        [{ __name__: 'up', job: 'api' }, [receivedMs, receivedMs + 1], [1.5, -0]],
        [{ __name__: 'old' }, [-5], [3]],
      ],
    )
    assert.equal(decoded.samples, 3)
  })

  it('keeps the bits of stale markers and other values', async () => {
    const body = protobufOf('prometheus.WriteRequest', {
      timeseries: [
        { labels: labelled({ __name__: 'up' }), samples: [1, 2, 3].map((timestamp) => ({ value: 0.1, timestamp })) },
      ],
    })
    const bits = [staleNan, 0x7ff8000000000001n, 0xfff0000000000000n]
    let from = 0
    for (const each of bits) {
      const at = body.indexOf(Buffer.from(Float64Array.of(0.1).buffer), from)
      body.writeBigUInt64LE(each, at)
      from = at + 8
    }
    const { series } = await decodeRemoteWrite(compressSync(body), head1, defaultCaps, new LabelSets())
    assert.deepEqual(bitsOf(series[0]!.values), bits)
  })

  it('gives a series that comes again the very same labels', async () => {
    const known = new LabelSets()
    const message = { timeseries: [{ labels: labelled({ __name__: 'up' }), samples: [{ value: 1, timestamp: 1 }] }] }
    const first = await write1(message, defaultCaps, known)
    const caps = { ...defaultCaps }
    const body = snappyOf('prometheus.WriteRequest', message)
    const [a, b] = [
      await decodeRemoteWrite(body, head1, caps, known),
      await decodeRemoteWrite(body, head1, caps, known),
    ]
    assert.equal(a.series[0]?.labels, b.series[0]?.labels)
    assert.deepEqual(first.series[0]?.labels, a.series[0]?.labels)
  })

  it('forgets label sets rather than growing without end', async () => {
    const known = new LabelSets(10_000)
    const timeseries = Array.from({ length: 2_000 }, (_, index) => ({
      labels: labelled({ __name__: 'up', instance: `host${index}` }),
      samples: [{ value: index, timestamp: 1 }],
    }))
    const { series } = await write1({ timeseries }, {}, known)
    assert.ok(series.every(({ labels, values }, index) => labels['instance'] === `host${index}` && values[0] === index))
  })

  it('counts native histograms, exemplars and broken labels, and keeps the rest', async () => {
    const fine = labelled({ __name__: 'up' })
    const samples = [
      { value: 1, timestamp: 1 },
      { value: 1, timestamp: 2 },
    ]
    const decoded = await write1(
      {
        timeseries: [
          { labels: fine, samples, exemplars: [{ value: 1 }], histograms: [{ timestamp: 1 }] },
          { labels: labelled({ __name__: 'up', a: '1', b: '2', c: '3' }), samples },
          { labels: [...fine, ...fine], samples },
          { labels: labelled({ __name__: 'up', 'bad-name': 'x' }), samples },
          { labels: labelled({ __name__: 'up', long: 'x'.repeat(21) }), samples },
          { labels: labelled({ __name__: 'later' }), samples: [{ value: 1, timestamp: receivedMs + 3_600_001 }] },
        ],
        metadata: [{ type: 1, metricFamilyName: 'up', help: 'Is it up', unit: 's' }],
      },
      { labelsPerSeriesMax: 3, labelValueBytesMax: 20 },
    )
    assert.deepEqual(
      decoded.rejected.map(({ reason, count }) => [reason, count]),
      [
        ['unsupported', 1],
        ['too_many_labels', 2],
        ['invalid_label', 4],
        ['label_too_long', 2],
        ['too_far_in_future', 1],
      ],
    )
    assert.equal(decoded.exemplars, 1)
    assert.equal(decoded.series.length, 1)
    assert.deepEqual(decoded.metadata, [{ metric: 'up', type: 'counter', help: 'Is it up', unit: 's' }])
  })

  it('refuses more samples than a body may have', async () => {
    const timeseries = [{ labels: labelled({ __name__: 'up' }), samples: Array.from({ length: 12 }, () => ({})) }]
    await assert.rejects(
      write1({ timeseries }, { entriesMax: 10 }),
      refused('PAYLOAD_TOO_LARGE', /more than 10 samples/),
    )
  })

  it('refuses labels behind samples, as no sender writes them', async () => {
    const sample = protobufOf('prometheus.TimeSeries', { samples: [{ value: 1, timestamp: 1 }] })
    const labels = protobufOf('prometheus.TimeSeries', { labels: labelled({ __name__: 'up' }) })
    const series = Buffer.concat([sample, labels])
    const body = compressSync(Buffer.concat([Buffer.from([0x0a, series.length]), series]))
    await assert.rejects(
      decodeRemoteWrite(body, head1, defaultCaps, new LabelSets()),
      refused('MALFORMED_REQUEST', /labels have to stand before samples/),
    )
  })

  it('refuses other content types and encodings', async () => {
    const decode = (type: string, encoding?: string) =>
      decodeRemoteWrite(Buffer.alloc(0), head(type, encoding), defaultCaps, new LabelSets())
    await assert.rejects(decode('application/json'), refused('UNSUPPORTED_MEDIA_TYPE', /proto=io\.prometheus/))
    await assert.rejects(
      decode('application/x-protobuf;proto=x.Y'),
      refused('UNSUPPORTED_MEDIA_TYPE', /proto=io\.prometheus/),
    )
    await assert.rejects(decode('application/x-protobuf', 'br'), refused('UNSUPPORTED_MEDIA_TYPE', /"br"/))
  })
})

describe('remote write 2.0', () => {
  const symbols = ['', '__name__', 'up', 'job', 'a,b', 'Is it up', 's']

  it('becomes series and metadata by the table of symbols, also where that comes last', async () => {
    const timeseries = [
      {
        labelsRefs: [1, 2, 3, 4],
        samples: [{ value: 2, timestamp: receivedMs }],
        exemplars: [{ value: 1 }],
        metadata: { type: 2, helpRef: 5, unitRef: 6 },
      },
      { labelsRefs: [1, 2], histograms: [{ timestamp: 1 }] },
    ]
    const body = compressSync(
      Buffer.concat([
        protobufOf('io.prometheus.write.v2.Request', { timeseries }),
        protobufOf('io.prometheus.write.v2.Request', { symbols }),
      ]),
    )
    const decoded = await decodeRemoteWrite(body, head2, defaultCaps, new LabelSets())
    assert.deepEqual(
      decoded.series.map(({ labels, timestamps, values }) => [labels, [...timestamps], [...values]]),
      [[{ __name__: 'up', job: 'a,b' }, [receivedMs], [2]]],
    )
    assert.deepEqual(decoded.metadata, [{ metric: 'up', type: 'gauge', help: 'Is it up', unit: 's' }])
    assert.deepEqual(
      decoded.rejected.map(({ reason, count }) => [reason, count]),
      [['unsupported', 1]],
    )
    assert.equal(decoded.exemplars, 1)
  })

  it('refuses references outside the table, an odd number of them, and a table that starts wrongly', async () => {
    const timeseries = (labelsRefs: number[]) => [{ labelsRefs, samples: [{ value: 1 }] }]
    const cases: [object, RegExp][] = [
      [{ symbols, timeseries: timeseries([1, 99]) }, /reference 99 is outside the symbols/],
      [{ symbols, timeseries: timeseries([1, 2, 3]) }, /odd number/],
      [{ symbols: ['x'], timeseries: timeseries([0, 0]) }, /first symbol has to be empty/],
    ]
    for (const [message, reason] of cases)
      await assert.rejects(write2({ ...message }), refused('MALFORMED_REQUEST', reason))
  })
})
