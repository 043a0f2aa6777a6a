import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { asService } from '../service.ts'
import type { Pauses } from './pauses.ts'

/**
 * One server under more than it can take: senders offer five times as many logs as are stored, while four heavy searches
 * run all the time.
 * Reports how late the main thread looked at anything, beside a loop that does nothing, what a login took, the memory,
 * and what became of each push.
 * `node bench/flood/main.ts [seconds]`
 */
const seconds = Number(process.argv[2] ?? 30)
const senders = 64
const linesPerPush = 1_000
const searches = 4
/** So many times what is stored is offered. */
const overload = 5
const port = 23_185
const url = `http://127.0.0.1:${port}`
const email = 'bench@example.com'
const password = 'a phrase for measuring'
const root = join(import.meta.dirname, '../..')
const pausesModule = join(import.meta.dirname, 'pauses.ts')

const dataDir = mkdtempSync(join(tmpdir(), 'miktos-bench-flood-'))
const service = asService()
const server = spawn(
  process.execPath,
  [
    '--import',
    pausesModule,
    ...service.args,
    'serve',
    '--port',
    String(port),
    '--data-dir',
    dataDir,
    '--log-level',
    'ERROR',
  ],
  {
    cwd: root,
    env: {
      ...service.env,
      PATH: process.env['PATH'],
      MIKTOS_ADMIN_EMAIL: email,
      MIKTOS_ADMIN_PASSWORD: password,
      MIKTOS_RATE_LIMIT: '1000000000',
      MIKTOS_RATE_LIMIT_LOGS: '1000000000',
      MIKTOS_RATE_LIMIT_AUTH: '1000000000',
      MIKTOS_RATE_LIMIT_PROTOCOL: '1000000000',
      // Refusals begin when four pushes wait, so that the flood is several times what is taken.
      MIKTOS_INGEST_BYTES_IN_FLIGHT_MAX: String(1024 * 1024),
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  },
)

async function login(): Promise<string> {
  const reply = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  })
  return ((await reply.json()) as { tokens: { access_token: string } }).tokens.access_token
}

/** Stands in a prepared body where each push has a number of its own: the same bytes again would be the same lines. */
const numberHere = '#number#'

const pushOf = (sender: number, turn: number): string => {
  const at = BigInt(Date.now()) * 1_000_000n
  const values = Array.from({ length: linesPerPush }, (_, index) => [
    String(at + BigInt(index)),
    `level=${index % 50 === 0 ? 'error' : 'info'} msg="request ${turn * linesPerPush + index} of sender ${sender} done" request_id=${index === 0 ? numberHere : `${sender}-${turn}-${index}`} duration_ms=${index % 977} path=/api/v1/things/${index % 313}`,
  ])
  return JSON.stringify({ streams: [{ stream: { service: `sender-${sender % 8}` }, values }] })
}

const residentMiB = (): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))![1]) / 1024

/** Every second of a process, from now on; the one under way belongs to what was before. */
function pausesOf(child: ChildProcess): Pauses[] {
  const pauses: Pauses[] = []
  child.once('message', () => child.on('message', (message) => pauses.push(message as Pauses)))
  return pauses
}

while (
  !(await fetch(`${url}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  ))
)
  await delay(50)
const token = await login()
const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
const statuses = new Map<number, number>()
let offered = 0
let stored = 0
const endsAt = performance.now() + seconds * 1_000
const isOver = (): boolean => performance.now() > endsAt

/** Pushes that may be offered yet, and the senders that wait for them. */
let offers = overload * senders
const waiting: (() => void)[] = []

async function turnToOffer(): Promise<void> {
  if (offers > 0) offers--
  else await new Promise<void>((resolve) => waiting.push(resolve))
}

function wasStored(): void {
  stored++
  offers += overload
  for (; offers > 0 && waiting.length > 0; offers--) waiting.shift()!()
}

async function send(sender: number): Promise<void> {
  // Made beforehand: the sender is to be quicker than the server.
  const bodies = [0, 1, 2, 3].map((turn) => pushOf(sender, turn))
  for (let turn = 0; !isOver(); turn++) {
    await turnToOffer()
    if (isOver()) return
    offered++
    const reply = await fetch(`${url}/loki/api/v1/push`, {
      method: 'POST',
      headers,
      body: bodies[turn % bodies.length]!.replace(numberHere, `${sender}-${turn}`),
    })
    statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1)
    if (reply.status === 204) wasStored()
    await reply.arrayBuffer()
  }
}

let searched = 0
async function search(): Promise<void> {
  while (!isOver()) {
    await fetch(`${url}/api/v1/logs/search`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query: '/thin[f-h]s.31[0-2]/', limit: 500, buckets: 60, count_max: 100_000_000 }),
    }).then((reply) => reply.arrayBuffer())
    searched++
  }
}

const bare = fork(pausesModule)
const pauses = pausesOf(server)
const barePauses = pausesOf(bare)
const logins: number[] = []
const resident: number[] = []
async function watch(): Promise<void> {
  while (!isOver()) {
    await delay(1_000)
    resident.push(residentMiB())
    const startedAt = performance.now()
    await login()
    logins.push(performance.now() - startedAt)
  }
}

await Promise.all([
  ...Array.from({ length: senders }, (_, sender) => send(sender)),
  ...Array.from({ length: searches }, search),
  watch(),
  delay(seconds * 1_000).then(() => waiting.forEach((resolve) => resolve())),
])
const percentile = (values: number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!
const tenths = (value: number): number => Math.round(value * 10) / 10
function pauseRows(of: string, seen: Pauses[]): Record<string, number> {
  const longest = seen.map(({ longestMs }) => longestMs)
  return {
    [`longest pause in a second of the ${of}, median ms`]: tenths(percentile(longest, 0.5)),
    [`longest pause in a second of the ${of}, worst ms`]: tenths(Math.max(...longest)),
    [`the ${of} without waiting for a processor, worst ms`]: tenths(
      Math.max(...seen.map(({ longestOwnMs }) => longestOwnMs)),
    ),
  }
}
console.table({
  'pushes offered': offered,
  'pushes stored': stored,
  'lines stored a second': Math.round((stored * linesPerPush) / seconds),
  'other answers': [...statuses].map(([status, count]) => `${status}: ${count}`).join(', '),
  'searches done': searched,
  ...pauseRows('main thread', pauses),
  ...pauseRows('loop that does nothing', barePauses),
  'login p99 ms': Math.round(percentile(logins, 0.99)),
  'memory, most MiB': Math.round(Math.max(...resident)),
})
bare.disconnect()
const exited = once(server, 'exit')
server.kill('SIGTERM')
await exited
rmSync(dataDir, { recursive: true, force: true })
