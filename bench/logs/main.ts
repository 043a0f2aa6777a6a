import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { marks, writeCorpus } from './corpus.ts'
import type { EngineName, Question } from './engines.ts'
import type { Measured } from './worker.ts'

/**
 * The embedded store of logs beside a DuckDB table, plain SQLite rows and `zstdcat | rg`, over the same lines that
 * come as Loki pushes of 1,000, each durable before the next. Every engine runs in a process of its own, one after
 * the other; ratios count. Needs `npm install` in this folder, and zstd and ripgrep.
 * `node bench/logs/main.ts [lines] [engine...]`
 */
const lines = Number(process.argv[2] ?? 5_000_000)
const chosen = process.argv.slice(3) as EngineName[]
const engines: EngineName[] = chosen.length > 0 ? chosen : ['sqlite', 'duckdb', 'embedded']
const repeats = 5
/** As little memory for young objects as the product's own thread has, and its types taken away before, as there. */
const youngObjects = '--max-semi-space-size=8'
const compiled = join(tmpdir(), 'miktos-bench-logs-compiled')

const questions: Question[] = [
  'serviceNewest',
  'levelNewest',
  'id',
  'rareSubstring',
  'commonFirst',
  'commonTotal',
  'histogram',
]

const note = (text: string): void => void process.stderr.write(`${text}\n`)
const millis = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(0))

if (!existsSync(join(import.meta.dirname, 'node_modules')))
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], {
    cwd: import.meta.dirname,
    stdio: 'inherit',
  })

const dir = mkdtempSync(join(process.env['BENCH_DIR'] ?? tmpdir(), 'miktos-bench-logs-'))
const bodies = join(dir, 'bodies')
const text = join(dir, 'lines')
try {
  note(`writing ${lines} lines`)
  const textBytes = writeCorpus(lines, bodies, text)
  note(`${(textBytes / lines).toFixed(0)} bytes a line`)
  execFileSync('zstd', ['-q', '--rm', text])
  const rg = greps()
  for (const engine of engines) run(engine, '/dev/null')
  const measured = new Map(engines.map((engine) => [engine, measure(engine)]))
  report(measured, rg)
} finally {
  rmSync(dir, { recursive: true })
}

function measure(engine: EngineName): Measured {
  note(`measuring ${engine}`)
  return run(engine, bodies)
}

function run(engine: EngineName, bodiesPath: string): Measured {
  const folder = join(dir, engine)
  const worker = join(import.meta.dirname, 'worker.ts')
  const { stdout, stderr, status } = spawnSync(process.execPath, [youngObjects, worker, engine, folder, bodiesPath], {
    encoding: 'utf8',
    maxBuffer: 1e8,
    env: { ...process.env, NODE_COMPILE_CACHE: compiled },
  })
  if (status !== 0) throw new Error(`${engine} failed: ${stderr}`)
  rmSync(folder, { recursive: true })
  return JSON.parse(stdout) as Measured
}

/** Median ms of `zstdcat | rg` for what it can answer. */
function greps(): Record<'rareSubstring' | 'commonFirst' | 'commonTotal' | 'id', number> {
  const time = (command: string): number => {
    const times = Array.from({ length: repeats }, () => {
      const startedAt = performance.now()
      execFileSync('sh', ['-c', command])
      return performance.now() - startedAt
    })
    return times.toSorted((a, b) => a - b)[repeats >> 1]!
  }
  return {
    id: time(`zstdcat ${text}.zst | rg -c -F ${marks.id}`),
    rareSubstring: time(`zstdcat ${text}.zst | rg -c -F '${marks.rareSubstring}'`),
    // What is newest is at the end, so all has to be read.
    commonFirst: time(`zstdcat ${text}.zst | rg -F ${marks.commonWord} | tail -n 100`),
    commonTotal: time(`zstdcat ${text}.zst | rg -c -F ${marks.commonWord}`),
  }
}

function report(measured: Map<EngineName, Measured>, rg: ReturnType<typeof greps>): void {
  const row = (what: string, of: (one: Measured) => string, last = ''): void =>
    note(
      `${what.padEnd(28)}${engines.map((engine) => of(measured.get(engine)!).padStart(14)).join('')}${last.padStart(14)}`,
    )
  note(`${''.padEnd(28)}${engines.map((engine) => engine.padStart(14)).join('')}${'zstdcat | rg'.padStart(14)}`)
  row('ingest lines/s', ({ linesPerSecond }) => linesPerSecond.toFixed(0))
  row('ack p50/p99/max ms', (one) => [one.ackP50Ms, one.ackP99Ms, one.ackMaxMs].map((ms) => ms.toFixed(0)).join('/'))
  row('CPU s in ingest', ({ cpuSeconds }) => cpuSeconds.toFixed(0))
  row('bytes/line', ({ bytes }) => (bytes / lines).toFixed(1))
  row('peak MB ingest/all', (one) =>
    [one.peakIngestBytes, one.peakBytes].map((bytes) => (bytes / 1e6).toFixed(0)).join('/'),
  )
  for (const question of questions) {
    const grep = question in rg ? millis(rg[question as keyof typeof rg]) : ''
    row(
      `${question} ms (first)`,
      ({ answers }) => `${millis(answers[question].ms)} (${millis(answers[question].firstMs)})`,
      grep,
    )
    const figures = new Set([...measured.values()].map(({ answers }) => answers[question].figure))
    if (figures.size > 1) note(`  DIFFERENT ANSWERS: ${[...figures].join(', ')}`)
  }
  for (const verdict of verdicts(measured, rg)) note(verdict)
}

function verdicts(measured: Map<EngineName, Measured>, rg: ReturnType<typeof greps>): string[] {
  const [own, rows, duck] = [measured.get('embedded'), measured.get('sqlite'), measured.get('duckdb')]
  if (!own || !rows || !duck) return []
  const ms = (one: Measured, question: Question): number => one.answers[question].ms
  const atMost = (what: string, ratio: number, limit: number): string =>
    `${ratio <= limit ? 'met   ' : 'MISSED'} ${what}: ${ratio.toFixed(3)} (<= ${limit})`
  return [
    atMost("SQLite rows' lines/s against ours", rows.linesPerSecond / own.linesPerSecond, 2),
    atMost("ack p99 against DuckDB's", own.ackP99Ms / duck.ackP99Ms, 0.6),
    atMost("bytes against SQLite rows'", own.bytes / rows.bytes, 0.25),
    atMost("bytes against DuckDB's", own.bytes / duck.bytes, 0.75),
    atMost('newest 100 of a service against DuckDB', ms(own, 'serviceNewest') / ms(duck, 'serviceNewest'), 0.2),
    atMost('newest 100 of a level against DuckDB', ms(own, 'levelNewest') / ms(duck, 'levelNewest'), 0.2),
    atMost("an id against DuckDB's contains", ms(own, 'id') / ms(duck, 'id'), 0.05),
    atMost('a rare substring against zstdcat | rg', ms(own, 'rareSubstring') / rg.rareSubstring, 1),
    atMost("a common word's first 100 against zstdcat | rg", ms(own, 'commonFirst') / rg.commonFirst, 0.1),
    atMost("a common word's total against zstdcat | rg -c", ms(own, 'commonTotal') / rg.commonTotal, 1),
    atMost("a day's histogram against a scan", ms(own, 'histogram') / rg.commonTotal, 0.1),
    atMost("peak memory in ingest against DuckDB's", own.peakIngestBytes / duck.peakIngestBytes, 0.3),
  ]
}
