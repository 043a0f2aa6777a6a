import { setTimeout as delay } from 'node:timers/promises'
import { remoteWrites, stepMs } from './data.ts'
import {
  cpuSeconds,
  diskBytes,
  embedded,
  miktos,
  prometheus,
  residentBytes,
  victoriaMetrics,
  type Engine,
} from './engines.ts'

/**
 * The store of metrics beside Prometheus and VictoriaMetrics: the same bodies of remote write, then the same
 * queries in turns, all over HTTP in one run. `node bench/metrics/main.ts [series:hours ...]`
 */
const hourMs = 3_600_000
const sizes = (process.argv.length > 2 ? process.argv.slice(2) : ['1000:24', '10000:6']).map((text) =>
  text.split(':').map(Number),
)
const roundCount = 9
/** Prometheus makes its blocks once a minute. */
const settleMs = Number(process.env['BENCH_SETTLE_MS'] ?? 150_000)

/** The whole server, or with `BENCH_ENGINE=embedded` its store alone. */
const own = process.env['BENCH_ENGINE'] === 'embedded' ? embedded : miktos

const note = (text: string): void => void process.stderr.write(`${text}\n`)

interface Query {
  name: string
  expression: string
  spanMs: number
  stepSeconds: number
  /** As a chart that is refreshed: every time a step later, and the answer to the last time may be used. */
  refreshed?: boolean
}

/** 100 series, whatever the size: one instance group of the metric. */
const queriesFor = (hours: number, seriesCount: number): Query[] => {
  const some = seriesCount === 1_000 ? '' : '{job="job-3"}'
  return [
    {
      name: '1 h rate, 100 series',
      expression: `rate(http_requests_total${some}[5m])`,
      spanMs: hourMs,
      stepSeconds: 15,
    },
    {
      name: `${hours} h sum(rate), 100 series`,
      expression: `sum(rate(http_requests_total${some}[5m]))`,
      spanMs: hours * hourMs,
      stepSeconds: 60,
    },
    {
      name: `${hours} h avg_over_time, 100 series`,
      expression: `avg_over_time(temperature_celsius${some}[10m])`,
      spanMs: hours * hourMs,
      stepSeconds: 120,
    },
    {
      name: `${hours} h sum(rate), 100 series, refreshed`,
      expression: `sum(rate(http_requests_total${some}[5m]))`,
      spanMs: hours * hourMs,
      stepSeconds: 60,
      refreshed: true,
    },
    {
      name: '1 h sum by (job), all',
      expression: 'sum by (job) ({__name__=~".+"})',
      spanMs: hourMs,
      stepSeconds: 60,
    },
    {
      name: `${hours} h sum by (job)(rate), all counters`,
      expression: 'sum by (job) (rate({__name__=~".+_total"}[5m]))',
      spanMs: hours * hourMs,
      stepSeconds: 300,
    },
    {
      name: `${hours} h max by (__name__), all`,
      expression: 'max by (__name__) ({__name__=~".+"})',
      spanMs: hours * hourMs,
      stepSeconds: 300,
    },
  ]
}

async function post(engine: Engine, body: Buffer): Promise<void> {
  const response = await fetch(engine.writeUrl, {
    method: 'POST',
    headers: {
      ...engine.headers,
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    body: new Uint8Array(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${engine.name} answered ${response.status}: ${text.slice(0, 300)}`)
}

async function timed(
  engine: Engine,
  { expression, spanMs, stepSeconds, refreshed = false }: Query,
  endMs: number,
): Promise<{ ms: number; points: number; sum: number }> {
  const params = new URLSearchParams({
    query: expression,
    start: String((endMs - spanMs) / 1_000),
    end: String(endMs / 1_000),
    step: String(stepSeconds),
    nocache: refreshed ? '0' : '1',
  })
  const startedAt = performance.now()
  const response = await fetch(`${engine.queryUrl}/query_range?${params}`, { headers: engine.headers })
  const text = await response.text()
  const ms = performance.now() - startedAt
  if (!response.ok) throw new Error(`${engine.name} answered ${response.status}: ${text.slice(0, 300)}`)
  const { data } = JSON.parse(text) as { data: { result: { values: [number, string][] }[] } }
  const values = data.result.flatMap((series) => series.values)
  return { ms, points: values.length, sum: values.reduce((sum, [, value]) => sum + Number(value), 0) }
}

const endOf = ({ refreshed, stepSeconds }: Query, round: number, endMs: number): number =>
  refreshed ? endMs - (roundCount - round) * stepSeconds * 1_000 : endMs

const median = (numbers: number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!

const print = (name: string, cells: string[]): void =>
  void process.stdout.write(`| ${[name.padEnd(42), ...cells.map((cell) => cell.padStart(26))].join(' | ')} |\n`)

const ratio = (own: number, others: number[]): string =>
  `${own.toPrecision(3)} (${others.map((other) => `${(own / other).toFixed(2)}x`).join(', ')})`

async function run(seriesCount: number, hours: number): Promise<void> {
  const engines = [await own(), await prometheus(), await victoriaMetrics()]
  try {
    const endMs = Math.floor((Date.now() - 60_000) / 60_000) * 60_000
    const fromMs = endMs - hours * hourMs
    const samples = seriesCount * ((hours * hourMs) / stepMs)
    const compare = (name: string, figures: number[]): void =>
      print(name, [ratio(figures[0]!, figures.slice(1)), ...figures.slice(1).map((figure) => figure.toPrecision(3))])
    note(`${seriesCount} series, ${hours} h: ${samples} samples`)
    const idle = engines.map(cpuSeconds)
    for (const body of remoteWrites(seriesCount, fromMs, endMs))
      await Promise.all(engines.map((engine) => post(engine, body)))
    const loaded = engines.map(cpuSeconds)
    const peaks = engines.map((engine) => residentBytes(engine, 'VmRSS'))
    note('loaded; waiting until blocks are made')
    await delay(settleMs)
    const settled = engines.map(cpuSeconds)

    print(
      `${seriesCount} series x ${hours} h`,
      engines.map(({ name }) => name),
    )
    print(
      '---',
      engines.map(() => '---'),
    )
    compare(
      'ingest CPU, us/sample',
      loaded.map((at, index) => ((at - idle[index]!) / samples) * 1e6),
    )
    compare(
      'with blocks made, us/sample',
      settled.map((at, index) => ((at - idle[index]!) / samples) * 1e6),
    )
    compare(
      'disk, bytes/sample',
      engines.map((engine) => diskBytes(engine).all / samples),
    )
    compare(
      'disk without logs, bytes/sample',
      engines.map((engine) => (diskBytes(engine).all - diskBytes(engine).log) / samples),
    )
    compare(
      'memory when loaded, MB',
      peaks.map((bytes) => bytes / 1e6),
    )
    compare(
      'memory settled, MB',
      engines.map((engine) => residentBytes(engine, 'VmRSS') / 1e6),
    )
    for (const query of queriesFor(hours, seriesCount)) {
      const rounds = engines.map((): Awaited<ReturnType<typeof timed>>[] => [])
      for (let round = 0; round < roundCount; round++)
        for (const [index, engine] of engines.entries())
          rounds[index]!.push(await timed(engine, query, endOf(query, round, endMs)))
      compare(
        `${query.name}, p50 ms`,
        rounds.map((all) => median(all.map(({ ms }) => ms))),
      )
      const [own, theirs] = rounds.map((all) => all[0]!)
      const differs = own!.points !== theirs!.points || Math.abs(own!.sum - theirs!.sum) > Math.abs(theirs!.sum) * 1e-9
      if (differs)
        print(
          '  ANSWERS DIFFER: points, sum',
          [own!, theirs!].map(({ points, sum }) => `${points} ${sum}`),
        )
    }
    compare(
      'memory after queries, MB',
      engines.map((engine) => residentBytes(engine, 'VmRSS') / 1e6),
    )
    compare(
      'memory at most, MB',
      engines.map((engine) => residentBytes(engine, 'VmHWM') / 1e6),
    )
  } finally {
    for (const { process } of engines) process.kill('SIGTERM')
  }
}

for (const [seriesCount = 0, hours = 0] of sizes) await run(seriesCount, hours)
