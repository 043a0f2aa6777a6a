import { compressSync } from 'snappy'
import type { Series } from '../../src/platform/telemetry/metrics/metrics.ts'

/** Sends samples as Prometheus does. Values go from array to array, so that the bits of stale markers arrive. */
export async function remoteWrite(url: string, series: Series[], token?: string): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    body: new Uint8Array(compressSync(writeRequestOf(series))),
  })
  if (!response.ok) throw new Error(`Remote write: ${response.status} ${await response.text()}`)
}

const writeRequestOf = (series: Series[]): Buffer => Buffer.concat(series.map((one) => field(1, seriesOf(one))))

function seriesOf({ labels, timestamps, values }: Series): Buffer {
  const names = Object.keys(labels).toSorted()
  return Buffer.concat([
    ...names.map((name) =>
      field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(labels[name]!))])),
    ),
    ...Array.from(timestamps, (timestamp, index) => field(2, sampleOf(timestamp, values.subarray(index, index + 1)))),
  ])
}

function sampleOf(timestamp: number, value: Float64Array): Buffer {
  const bits = Buffer.from(value.buffer, value.byteOffset, 8)
  return Buffer.concat([Buffer.of((1 << 3) | 1), bits, Buffer.of(2 << 3), varint(timestamp)])
}

const field = (number: number, body: Buffer): Buffer =>
  Buffer.concat([Buffer.of((number << 3) | 2), varint(body.length), body])

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return Buffer.of(...bytes, rest)
}
