import { openSync, readFileSync, readSync } from 'node:fs'
import { decodeLogs, defaultCaps } from '../../src/platform/telemetry/ingest/index.ts'
import { batchLines, dayMs, startMs } from './corpus.ts'
import { openEngine, type EngineName, type Question } from './engines.ts'

export interface Measured {
  linesPerSecond: number
  ackP50Ms: number
  ackP99Ms: number
  ackMaxMs: number
  cpuSeconds: number
  bytes: number
  peakIngestBytes: number
  peakBytes: number
  answers: Record<Question, { ms: number; firstMs: number; figure: number }>
}

/** A question is asked at least so often, and a quick one for so long: a server has long been warm. */
const repeatsMin = 5
const askingMs = 500
const [name, dir, bodiesPath] = process.argv.slice(2) as [EngineName, string, string]

/** The bodies one after the other, as a client would send them. */
function* bodiesIn(path: string): Generator<Buffer> {
  const file = openSync(path, 'r')
  const length = Buffer.alloc(4)
  while (readSync(file, length) === 4) {
    const body = Buffer.allocUnsafeSlow(length.readUInt32LE())
    readSync(file, body)
    yield body
  }
}

const peak = (): number => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1024
const at = (sorted: number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!

const engine = await openEngine(name, dir)
const acks: number[] = []
const startedAt = performance.now()
const head = { contentType: 'application/x-protobuf', contentEncoding: undefined, receivedMs: startMs + dayMs }
for (const body of bodiesIn(bodiesPath)) {
  const sentAt = performance.now()
  await engine.append(await decodeLogs('loki', body, head, defaultCaps))
  acks.push(performance.now() - sentAt)
}
const seconds = (performance.now() - startedAt) / 1_000
const { user, system } = process.cpuUsage()
const peakIngestBytes = peak()
await engine.settle()
const sorted = acks.toSorted((a, b) => a - b)

const answers: [Question, { ms: number; firstMs: number; figure: number }][] = []
for (const [question, ask] of Object.entries(engine.questions) as [Question, () => Promise<number>][]) {
  const times: number[] = []
  let figure = 0
  const beganAt = performance.now()
  while (times.length < repeatsMin || performance.now() - beganAt < askingMs) {
    const askedAt = performance.now()
    figure = await ask()
    times.push(performance.now() - askedAt)
  }
  answers.push([
    question,
    {
      ms: at(
        times.toSorted((a, b) => a - b),
        0.5,
      ),
      firstMs: times[0]!,
      figure,
    },
  ])
}

const measured: Measured = {
  linesPerSecond: (acks.length * batchLines) / seconds,
  ackP50Ms: at(sorted, 0.5),
  ackP99Ms: at(sorted, 0.99),
  ackMaxMs: sorted.at(-1) ?? 0,
  cpuSeconds: (user + system) / 1e6,
  bytes: engine.bytes(),
  peakIngestBytes,
  peakBytes: peak(),
  answers: Object.fromEntries(answers) as Measured['answers'],
}
process.stdout.write(JSON.stringify(measured))
process.exit(0)
