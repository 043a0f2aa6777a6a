import { compressSync } from 'snappy'

/** What a fleet of machines and services sends: who is who is decided by the number of the series alone. */
export const stepMs = 15_000
/** Series of one kind of metric on one machine; ten metrics with ten series each. */
const metrics = [
  { name: 'http_requests_total', next: counter(40) },
  { name: 'node_network_receive_bytes_total', next: counter(90_000) },
  { name: 'process_cpu_seconds_total', next: seconds(0.4) },
  { name: 'http_request_duration_seconds_bucket', next: counter(6) },
  { name: 'http_request_duration_seconds_sum', next: float(0.8) },
  { name: 'node_load1', next: gauge(4, 0.2, 2) },
  { name: 'node_memory_available_bytes', next: pages() },
  { name: 'temperature_celsius', next: gauge(45, 0.3, 1) },
  { name: 'queue_length', next: gauge(20, 3, 0) },
  { name: 'up', next: () => 1 },
]

type Next = (last: number, random: () => number) => number

/** Counts on, faster and slower; once in a day or two it begins anew. */
function counter(perStep: number): Next {
  return (last, random) => (random() < 0.000_1 ? 0 : last + Math.floor(random() * random() * perStep * 2))
}

function seconds(perStep: number): Next {
  return (last, random) => Math.round((last + random() * perStep) * 100) / 100
}

function float(perStep: number): Next {
  return (last, random) => last + random() * perStep
}

function gauge(around: number, step: number, decimals: number): Next {
  const power = 10 ** decimals
  return (last, random) => Math.round((last + (random() - 0.5) * 2 * step + (around - last) * 0.01) * power) / power
}

function pages(): Next {
  return (last, random) => (last === 0 ? 8e9 : last + 4_096 * Math.floor((random() - 0.5) * 400))
}

/** Repeats the same numbers in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Bodies of remote write, each with one moment of up to `perRequest` series. */
export function* remoteWrites(
  seriesCount: number,
  fromMs: number,
  toMs: number,
  perRequest = 1_000,
): Generator<Buffer> {
  const random = randomNumbers(1)
  const values = new Float64Array(seriesCount)
  const labels = Array.from({ length: seriesCount }, (_, series) => labelBytes(series))
  const most = Math.max(...labels.map(({ length }) => length)) + 40
  const scratch = Buffer.alloc(perRequest * most)
  for (let atMs = fromMs; atMs < toMs; atMs += stepMs) {
    for (let first = 0; first < seriesCount; first += perRequest) {
      let length = 0
      for (let series = first; series < Math.min(seriesCount, first + perRequest); series++) {
        const { next } = metrics[series % metrics.length]!
        values[series] = next(values[series]!, random)
        length = writeSeries(scratch, length, labels[series]!, values[series]!, atMs)
      }
      yield compressSync(scratch.subarray(0, length))
    }
  }
}

/** Ten series of a metric to an instance, ten instances to a job. */
export function labelsOf(series: number): [name: string, value: string][] {
  const block = Math.floor(series / metrics.length)
  const pairs: [string, string][] = [
    ['__name__', metrics[series % metrics.length]!.name],
    ['cluster', 'production'],
    ['instance', `host-${Math.floor(block / 10)}.example.com:9100`],
    ['job', `job-${Math.floor(block / 100)}`],
    ['kind', `kind-${series % metrics.length}-${block % 10}`],
  ]
  if (series % metrics.length === 3)
    pairs.push(['le', String([0.005, 0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, '+Inf'][block % 10])])
  return pairs
}

function labelBytes(series: number): Buffer {
  const parts: Buffer[] = []
  for (const [name, value] of labelsOf(series)) {
    const pair = Buffer.concat([field(1, name), field(2, value)])
    parts.push(Buffer.from([0x0a, pair.length]), pair)
  }
  return Buffer.concat(parts)
}

const field = (number: number, text: string): Buffer =>
  Buffer.concat([Buffer.from([(number << 3) | 2, Buffer.byteLength(text)]), Buffer.from(text)])

function writeSeries(out: Buffer, start: number, labels: Buffer, value: number, atMs: number): number {
  const sampleLength = 9 + 1 + varintLength(atMs)
  let at = start
  out[at++] = 0x0a
  at = writeVarint(out, at, labels.length + 2 + sampleLength)
  at += labels.copy(out, at)
  out[at++] = 0x12
  out[at++] = sampleLength
  out[at++] = 0x09
  at = out.writeDoubleLE(value, at)
  out[at++] = 0x10
  return writeVarint(out, at, atMs)
}

function varintLength(value: number): number {
  let length = 1
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length++
  return length
}

function writeVarint(out: Buffer, start: number, value: number): number {
  let at = start
  let rest = value
  while (rest >= 128) {
    out[at++] = (rest % 128) | 128
    rest = Math.floor(rest / 128)
  }
  out[at++] = rest
  return at
}
