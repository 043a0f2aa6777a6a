import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { Order, Report } from './peers.ts'

/**
 * One event to very many: Miktos by `/ws` and by Socket.IO, each beside its bare library with the same clients, in
 * alternating rounds of one run. Ratios count: machines differ, and others use them too.
 * `node bench/sockets/main.ts [clients] [events a second] [seconds]`
 */
const clientCount = Number(process.argv[2] ?? 1_000)
const perSecond = Number(process.argv[3] ?? 50)
const seconds = Number(process.argv[4] ?? 5)
const rounds = 3
/** After the last event: what has not come by then counts as not delivered. */
const patienceMs = 3_000
const connectAtOnce = 25

interface Contender {
  name: string
  kind: 'miktos' | 'socket.io' | 'ws'
  path: string
  /** Speaks Socket.IO: the client connects and answers pings. */
  packets: boolean
}

const contenders: Contender[] = [
  { name: 'Miktos Socket.IO', kind: 'miktos', path: '/socket.io/?EIO=4&transport=websocket', packets: true },
  { name: 'bare Socket.IO', kind: 'socket.io', path: '/socket.io/?EIO=4&transport=websocket', packets: true },
  { name: 'Miktos /ws', kind: 'miktos', path: '/ws', packets: false },
  { name: 'bare ws', kind: 'ws', path: '/', packets: false },
]

interface Result {
  delivered: number
  perSecond: number
  cpuUsPerMessage: number
  bytesPerConnection: number
}

async function measure({ kind, path, packets }: Contender): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'miktos-bench-'))
  const child = fork(join(import.meta.dirname, 'peers.ts'), [kind, folder], { execArgv: ['--expose-gc'] })
  const [{ port, token }] = (await once(child, 'message')) as [{ port: number; token?: string }]
  const idle = await ordered(child, { perSecond: 1, seconds: 2 })

  let delivered = 0
  let lastAt = 0
  const open = async (): Promise<WebSocket> => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers, perMessageDeflate: false })
    const ready = Promise.withResolvers<void>()
    socket.on('message', (bytes: Buffer) => {
      // `{"type":"bench"` and `42["bench"`
      if (bytes.subarray(0, 16).includes('"bench"')) {
        delivered++
        lastAt = performance.now()
      } else if (packets) answer(socket, String(bytes), ready.resolve)
    })
    socket.on('error', ready.reject)
    if (!packets) socket.on('open', ready.resolve)
    await ready.promise
    return socket
  }
  const sockets: WebSocket[] = []
  while (sockets.length < clientCount) sockets.push(...(await Promise.all(Array.from({ length: connectAtOnce }, open))))
  await delay(1_000)

  const startedAt = performance.now()
  const { published, cpuMs, residentBytes } = await ordered(child, { perSecond, seconds })
  const expected = published * clientCount
  const deadline = performance.now() + patienceMs
  while (delivered < expected && performance.now() < deadline) await delay(10)
  const result = {
    delivered: delivered / expected,
    perSecond: delivered / ((lastAt - startedAt) / 1_000),
    cpuUsPerMessage: (cpuMs * 1_000) / delivered,
    bytesPerConnection: (residentBytes - idle.residentBytes) / clientCount,
  }
  for (const socket of sockets) socket.terminate()
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
  rmSync(folder, { recursive: true, force: true })
  return result
}

async function ordered(child: ChildProcess, order: Order): Promise<Report> {
  child.send(order)
  const [report] = (await once(child, 'message')) as [Report]
  return report
}

function answer(socket: WebSocket, packet: string, ready: () => void): void {
  if (packet.startsWith('0')) socket.send('40')
  if (packet === '2') socket.send('3')
  if (packet.startsWith('40')) ready()
}

const median = (numbers: number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!

const results = new Map(contenders.map(({ name }) => [name, [] as Result[]]))
for (let round = 0; round < rounds; round++) {
  for (const contender of contenders) {
    process.stderr.write(`${contender.name}\n`)
    results.get(contender.name)!.push(await measure(contender))
  }
}

const figure = (name: string, key: keyof Result): number => median(results.get(name)!.map((result) => result[key]))
console.log(`${clientCount} clients, ${perSecond} events a second for ${seconds} s, ${rounds} rounds, medians\n`)
console.table(
  contenders.map(({ name, packets }) => {
    const peer = packets ? 'bare Socket.IO' : 'bare ws'
    const ratio = (key: keyof Result): number => Number((figure(name, key) / figure(peer, key)).toFixed(2))
    return {
      server: name,
      'delivered %': Number((figure(name, 'delivered') * 100).toFixed(2)),
      'messages/s': Math.round(figure(name, 'perSecond')),
      'x bare': ratio('perSecond'),
      'CPU µs/message': Number(figure(name, 'cpuUsPerMessage').toFixed(1)),
      'CPU x bare': ratio('cpuUsPerMessage'),
      'kB/connection': Math.round(figure(name, 'bytesPerConnection') / 1_000),
    }
  }),
)
