import protobuf from 'protobufjs'
import { compressSync } from 'snappy'
import { labelPairs } from '../labels.ts'
import { bytesField, fixed64Field, varintField } from '../ingest/wire.ts'
import type { MetricMetadata, MetricType, Series } from './metrics.ts'

type Writer = protobuf.Writer

/** By their numbers in the protocol. */
const metricTypes: Record<MetricType, number> = {
  unknown: 0,
  counter: 1,
  gauge: 2,
  histogram: 3,
  gaugehistogram: 4,
  summary: 5,
  info: 6,
  stateset: 7,
}

/** A body of Prometheus' remote write 1.0 (ingest/proto/remoteWrite1.proto), compressed by Snappy. */
export function encodeWriteRequest(
  series: readonly Series[],
  metadata: readonly MetricMetadata[] = [],
): Uint8Array<ArrayBuffer> {
  const writer = protobuf.Writer.create()
  for (const one of series) writeSeries(writer.uint32(bytesField(1)).fork(), one)
  for (const { metric, type, help, unit } of metadata) {
    const entry = writer.uint32(bytesField(3)).fork()
    entry.uint32(varintField(1)).int32(metricTypes[type])
    entry.uint32(bytesField(2)).string(metric)
    entry.uint32(bytesField(4)).string(help).uint32(bytesField(5)).string(unit).ldelim()
  }
  return new Uint8Array(compressSync(Buffer.from(writer.finish())))
}

function writeSeries(writer: Writer, { labels, timestamps, values }: Series): void {
  for (const [name, value] of labelPairs(labels))
    writer.uint32(bytesField(1)).fork().uint32(bytesField(1)).string(name).uint32(bytesField(2)).string(value).ldelim()
  // As words, because the NaN of a stale marker loses its bits when it passes through a variable.
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2)
  for (let index = 0; index < values.length; index++) {
    writer.uint32(bytesField(2)).fork()
    writer
      .uint32(fixed64Field(1))
      .fixed32(words[2 * index]!)
      .fixed32(words[2 * index + 1]!)
    writer.uint32(varintField(2)).int64(timestamps[index]!).ldelim()
  }
  writer.ldelim()
}
