import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import autocannon from 'autocannon'
import { asService } from '../service.ts'

/**
 * Requests per second of an authenticated read, `GET /api/v1/me`, beside bare Fastify and bare
 * node:http with a body of the same size, in alternating rounds of one run; time to start, the median of several, and
 * memory when idle, started as the service is (`npm run build` before). Ratios count: machines differ.
 * `node bench/http/main.ts [seconds]`
 */
const roundSeconds = Number(process.argv[2] ?? 4)
const rounds = 3
const starts = 5
const connections = 50
const root = join(import.meta.dirname, '../..')
const password = 'a phrase for measuring'

interface Running {
  name: string
  url: string
  process: ChildProcess
  startMs: number
  idleBytes: number
  headers: Record<string, string>
}

const residentBytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024

const note = (text: string): void => void process.stderr.write(`${text}\n`)

async function start(name: string, args: string[], url: string, env: Record<string, string> = {}): Promise<Running> {
  note(`starting ${name}`)
  const times: number[] = []
  for (let count = 1; count < starts; count++) {
    const { child, startMs } = await startOnce(name, args, url, env)
    times.push(startMs)
    await stop(child)
  }
  const { child, startMs } = await startOnce(name, args, url, env)
  await delay(3_000)
  const idleBytes = residentBytes(child.pid!)
  return { name, url, process: child, startMs: median([...times, startMs]), idleBytes, headers: {} }
}

async function startOnce(
  name: string,
  args: string[],
  url: string,
  env: Record<string, string>,
): Promise<{ child: ChildProcess; startMs: number }> {
  const startedAt = performance.now()
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  while (
    !(await fetch(url).then(
      () => true,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`)
    await delay(10)
  }
  return { child, startMs: performance.now() - startedAt }
}

async function startMiktos(dataDir: string): Promise<Running> {
  const url = 'http://127.0.0.1:23183'
  const unlimited = { MIKTOS_RATE_LIMIT: '1000000000', MIKTOS_RATE_LIMIT_AUTH: '1000000' }
  const service = asService()
  const env = { ...service.env, ...unlimited, MIKTOS_ADMIN_EMAIL: 'bench@example.com', MIKTOS_ADMIN_PASSWORD: password }
  const args = [...service.args, 'serve', '--port', '23183', '--data-dir', dataDir]
  // The first start makes the database and the administrator, which is not measured.
  await stop((await startOnce('the first', args, `${url}/health`, env)).child)
  const running = await start('Miktos', args, `${url}/health`, env)
  const login = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'bench@example.com', password }),
  })
  const { tokens } = (await login.json()) as { tokens: { access_token: string } }
  return { ...running, url: `${url}/api/v1/me`, headers: { authorization: `Bearer ${tokens.access_token}` } }
}

async function stop(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}

async function measure({ url, headers }: Running): Promise<{ perSecond: number; p99Ms: number; failures: number }> {
  const result = await autocannon({ url, headers, connections, duration: roundSeconds })
  return { perSecond: result.requests.average, p99Ms: result.latency.p99, failures: result.non2xx + result.errors }
}

/**
 * Keeps processors from halting while this process lives, as cyclictest does: on a virtual machine every
 * answer would otherwise pay 8 us for waking the client, unless the server is fast enough to keep it awake.
 * See Linux' "PM Quality of Service"; needs root, and a machine that has it.
 */
function keepAwake(): boolean {
  try {
    writeSync(openSync('/dev/cpu_dma_latency', 'w'), new Uint8Array(4))
    return true
  } catch {
    return false
  }
}

const median = (numbers: number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!

const awake = keepAwake()
const dataDir = mkdtempSync(join(tmpdir(), 'miktos-bench-'))
const miktos = await startMiktos(dataDir)
const bytes = String((await (await fetch(miktos.url, { headers: miktos.headers })).arrayBuffer()).byteLength)
// One after the other, as Miktos started alone.
const peers = [
  await start('bare Fastify', ['bench/http/peers.ts', 'fastify', '23181', bytes], 'http://127.0.0.1:23181/api/v1/me'),
  await start('bare node:http', ['bench/http/peers.ts', 'node', '23182', bytes], 'http://127.0.0.1:23182/api/v1/me'),
]
const all = [miktos, ...peers]
const results = new Map(all.map(({ name }) => [name, [] as Awaited<ReturnType<typeof measure>>[]]))
for (let round = 0; round <= rounds; round++) {
  for (const running of all) {
    const result = await measure(running)
    // The first round warms the compilers up.
    if (round > 0) results.get(running.name)!.push(result)
  }
}
const loaded = new Map(all.map(({ name, process: child }) => [name, residentBytes(child.pid!)]))
await Promise.all(all.map(({ process: child }) => stop(child)))
rmSync(dataDir, { recursive: true, force: true })

const fastify = peers[0]!
const perSecond = (name: string): number => median(results.get(name)!.map((result) => result.perSecond))
console.log(
  `GET /api/v1/me, ${bytes} bytes, ${connections} connections, ${rounds} rounds of ${roundSeconds} s, medians; processors ${awake ? 'kept awake' : 'may halt'}\n`,
)
console.table(
  all.map(({ name, startMs, idleBytes }) => ({
    server: name,
    'requests/s': Math.round(perSecond(name)),
    'x Fastify': Number((perSecond(name) / perSecond(fastify.name)).toFixed(2)),
    'p99 ms': median(results.get(name)!.map(({ p99Ms }) => p99Ms)),
    failures: results.get(name)!.reduce((sum, { failures }) => sum + failures, 0),
    'start ms': Math.round(startMs),
    'start x Fastify': Number((startMs / fastify.startMs).toFixed(2)),
    'idle MB': Math.round(idleBytes / 1e6),
    'idle x Fastify': Number((idleBytes / fastify.idleBytes).toFixed(2)),
    'after load MB': Math.round(loaded.get(name)! / 1e6),
  })),
)
