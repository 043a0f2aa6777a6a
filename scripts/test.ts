// `npm test`: the check, then every test on real servers. It ends with what failed and why; the last line is always
// `N passed, N failed, N skipped`.
//   npm test -- --only=unit        what needs no server
//   npm test -- --only=database    what runs on PostgreSQL, MariaDB or Redis
//   npm test -- --only=system      what runs other programs: nginx, Prometheus, VictoriaMetrics, Docker
//   npm test -- --only=browser     what runs in Chromium
//   npm test -- limits             files whose path has `limits` in it; `--only` may stand before
import { glob, readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { run, type EventData } from 'node:test'
import { spec } from 'node:test/reporters'
import { inspect, parseArgs } from 'node:util'
import { check } from './check.ts'
import { serverNames, startServers, stopOnSignal, type ServerName } from './servers.ts'

const fileTimeoutMs = 10 * 60_000
/** Many a file waits for a server, a browser or a restart while others may work. */
const concurrency = availableParallelism() + 1

type Kind = 'unit' | 'database' | 'system' | 'browser'

const serversFor: Record<Kind, ServerName[]> = {
  unit: [],
  database: ['PostgreSQL', 'MariaDB', 'Redis'],
  system: serverNames.filter((name) => name !== 'Chromium'),
  browser: ['Chromium'],
}

interface Tally {
  passed: number
  failed: number
  skipped: number
}

const { values, positionals } = parseArgs({ options: { only: { type: 'string' } }, allowPositionals: true })
const kinds = kindsOf(values.only)
const strict = process.env['CI'] === 'true'
const tallies: Tally[] = []
const failures: string[] = []

stopOnSignal()
if (!values.only && positionals.length === 0) tallies.push({ ...(await check()), skipped: 0 })

const files = await testFiles(kinds, positionals)
const servers = await startServers([...new Set(kinds.flatMap((kind) => serversFor[kind]))])
for (const reason of servers.missing) console.error(`SKIPPED: ${reason}`)
// Last and by themselves: a browser gives up what it loads when networks of containers come and go.
const [browser, rest] = [files.filter(isForBrowser), files.filter((file) => !isForBrowser(file))]
// What people run is what is tested: the build that came before.
const built = { MIKTOS_TEST_MAIN: join(import.meta.dirname, '../dist/server/main.mjs') }
for (const part of [rest, browser]) tallies.push(await runTests(part, { ...process.env, ...servers.env, ...built }))
await servers.stop()

const sum = (key: keyof Tally): number => tallies.reduce((total, tally) => total + tally[key], 0)
const skippedIsFailure = strict && sum('skipped') + servers.missing.length > 0
if (skippedIsFailure) console.error('\nCI=true: what was skipped counts as failed')
if (failures.length > 0) console.log(`\nFailed:\n\n${failures.join('\n\n')}`)
process.exitCode = sum('failed') > 0 || skippedIsFailure ? 1 : 0
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`)

function kindsOf(only: string | undefined): Kind[] {
  const all: Kind[] = ['unit', 'database', 'system', 'browser']
  if (only === undefined) return all
  const kinds = all.filter((kind) => kind === only)
  if (kinds.length === 0) throw new Error(`--only=${only}: write ${all.join(', ')}`)
  return kinds
}

async function testFiles(kinds: Kind[], patterns: string[]): Promise<string[]> {
  const found: string[] = []
  for await (const file of glob(['src/**/*.test.ts', 'test/**/*.test.ts'])) {
    if (patterns.some((pattern) => !file.includes(pattern))) continue
    if (kinds.includes(await kindOf(file))) found.push(file)
  }
  if (found.length === 0) throw new Error('No test file matches')
  return found.toSorted()
}

function isForBrowser(file: string): boolean {
  return file.startsWith('test/browser/')
}

/** A test says by what it imports which servers it needs. */
async function kindOf(file: string): Promise<Kind> {
  if (isForBrowser(file)) return 'browser'
  const text = await readFile(file, 'utf8')
  if (/MIKTOS_TEST_(NGINX|PROM|VICTORIA)|support\/(docker|prometheus|victoriaMetrics)\.ts'/.test(text)) return 'system'
  return /support\/(engines|redis)\.ts'/.test(text) ? 'database' : 'unit'
}

async function runTests(files: string[], env: NodeJS.ProcessEnv): Promise<Tally> {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 }
  if (files.length === 0) return tally
  const events = run({ files, concurrency, timeout: fileTimeoutMs, env })
  // A suite that is skipped as a whole counts as one; the runner's own summary leaves it out.
  events.on('test:pass', ({ skip }) => void (skip !== undefined && tally.skipped++))
  events.on('test:fail', (failure) => void failures.push(...reasonOf(failure)))
  events.on('test:summary', ({ file, success, counts }) => {
    if (file !== undefined) return
    tally.passed = counts.passed + counts.todo
    tally.failed = Math.max(counts.tests - counts.passed - counts.todo - counts.skipped, success ? 0 : 1)
  })
  const output = events.compose(new spec())
  output.pipe(process.stdout, { end: false })
  await new Promise((resolve) => output.once('end', resolve))
  return tally
}

/** Nothing of a suite that failed because a test in it did. */
function reasonOf({ name, file, line, details: { error } }: EventData.TestFail): string[] {
  if ('failureType' in error && error.failureType === 'subtestsFailed') return []
  const place = file === undefined ? '' : ` (${relative('', file)}${line === undefined ? '' : `:${line}`})`
  return [`✖ ${name}${place}\n${inspect(error.cause ?? error)}`]
}
