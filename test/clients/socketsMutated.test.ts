import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { WebSocket } from 'ws'
import { startApp } from '../support/app.ts'
import { bearer, listen, rawClient, socketIoClient } from '../support/sockets.ts'
import { until } from '../support/until.ts'

/** By each door. MIKTOS_TEST_FRAMES=100000 for the long run. */
const framesTotal = Number(process.env['MIKTOS_TEST_FRAMES'] ?? 1_000)
/** So many are made, and kept, together: some are long. */
const framesPerRound = 2_000
const socketsAtOnce = 8
/** The server has neither answered nor closed. */
const patienceMs = 60_000

type Frame = string | Buffer

interface Door {
  path: string
  /** What is to be sent to be let in. */
  enter?: string
  /** Said to whoever is let in. */
  hello: string
  /** Frames that it understands, to be broken. */
  frames: readonly string[]
  /** Sent behind others: once it is answered, or the socket closed, they were all looked at. */
  probe: string
  /** How the answer begins. */
  answer: string
  /** Fewer where many of them close the socket, which spares the server those behind. */
  framesPerProbe: number
}

const roomProbe = { probe: '42999["unsubscribe_room",{"room":"metrics_update"}]', answer: '43999[' }

const doors: Door[] = [
  {
    path: '/api/v1/stream',
    hello: '{"type":"hello"',
    frames: [
      '{"type":"subscribe","topics":["health"],"resume":{"epoch":"x","seq":{"health":1}}}',
      '{"type":"unsubscribe","topics":["health"]}',
      '{"type":"ping"}',
    ],
    probe: '{"type":"ping"}',
    answer: '{"type":"pong"}',
    framesPerProbe: 16,
  },
  {
    path: '/ws',
    hello: '{"type":"connection_established"',
    frames: [
      '{"type":"subscribe","id":1,"rooms":["metrics_update"]}',
      '{"type":"ms11_command","id":"a","data":{"type":"quick_action","command":"start_session"}}',
      '{"type":"unsubscribe_room","data":{"room":"metrics_update"}}',
    ],
    probe: '{"type":"ping","id":"probe"}',
    answer: '{"type":"ack","of":"ping","id":"probe"',
    framesPerProbe: 16,
  },
  {
    path: '/socket.io/?EIO=4&transport=websocket',
    enter: '40',
    hello: '42["connection_established"',
    frames: ['42["subscribe_room",{"room":"metrics_update"}]', '421["ms11_command",{}]', '3', '41', '44{"a":1}', '40'],
    ...roomProbe,
    framesPerProbe: 1,
  },
  {
    path: '/socket.io/?EIO=3&transport=websocket',
    hello: '42["connection_established"',
    frames: [
      '42["subscribe_room",{"room":"metrics_update"}]',
      '451-["x",{"_placeholder":true,"num":0}]',
      '2',
      '6',
      '40',
    ],
    ...roomProbe,
    framesPerProbe: 1,
  },
]

/** One of the frames with parts replaced, doubled, cut or made very long; as text or bytes. */
function mutated(frames: readonly string[]): fc.Arbitrary<Frame> {
  const frame = fc.constantFrom(...frames)
  const noise = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom('"', '{', '}', '[', '\\', '\u0000', '__proto__', 'constructor', '1e999', '-', 'null', 'true'),
    fc.json(),
    fc.integer({ min: 1, max: 70_000 }).map((length) => 'x'.repeat(length)),
  )
  const text = fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(frame, fc.nat(100), fc.nat(100), noise)
        .map(([text, from, length, put]) => text.slice(0, from) + put + text.slice(from + length)),
    },
    { weight: 1, arbitrary: fc.tuple(frame, frame).map(([first, second]) => first + second) },
    { weight: 1, arbitrary: noise },
  )
  const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array))
  return fc.oneof({ weight: 5, arbitrary: text }, { weight: 1, arbitrary: bytes })
}

/** Sends all of them, and returns how many sockets that took. */
async function flood(url: string, headers: Record<string, string>, door: Door, frames: Frame[]): Promise<number> {
  let opened = 0
  const batches = Array.from({ length: Math.ceil(frames.length / door.framesPerProbe) }, (_, index) =>
    frames.slice(index * door.framesPerProbe, (index + 1) * door.framesPerProbe),
  )
  const work = async (): Promise<void> => {
    let socket: WebSocket | undefined
    for (let batch = batches.pop(); batch; batch = batches.pop()) {
      if (socket === undefined) opened++
      socket ??= await greeted(url, headers, door)
      if (await survives(socket, door, batch)) continue
      socket = undefined
      // One of them has closed it, so that those behind it were not looked at.
      const half = batch.length >> 1
      if (half > 0) batches.push(batch.slice(0, half), batch.slice(half))
    }
    socket?.close()
  }
  await Promise.all(Array.from({ length: socketsAtOnce }, work))
  return opened
}

/** A socket that was let in, and on which something right was said. */
async function greeted(url: string, headers: Record<string, string>, door: Door): Promise<WebSocket> {
  const socket = new WebSocket(url, { headers })
  socket.on('error', () => undefined)
  const heard = new Promise<void>((resolve) =>
    socket.on('message', (text) => String(text).startsWith(door.hello) && resolve()),
  )
  await once(socket, 'open')
  if (door.enter !== undefined) socket.send(door.enter)
  await heard
  socket.removeAllListeners('message').send(door.frames[0]!)
  return socket
}

/** Resolves when the server has looked at the frames: false when that closed the socket. */
function survives(socket: WebSocket, { probe, answer }: Door, frames: Frame[]): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  const overdue = setTimeout(() => reject(new Error(`Neither answered nor closed: ${frames.join('\n')}`)), patienceMs)
  const onMessage = (text: unknown): void => void (String(text).startsWith(answer) && settle(true))
  const onClose = (): void => settle(false)
  const settle = (isOpen: boolean): void => {
    clearTimeout(overdue)
    socket.off('message', onMessage).off('close', onClose)
    resolve(isOpen)
  }
  socket.on('message', onMessage).on('close', onClose)
  if (socket.readyState !== WebSocket.OPEN) settle(false)
  else for (const frame of [...frames, probe]) socket.send(frame)
  return promise
}

describe(`${framesTotal} mutated frames`, () => {
  for (const door of doors) {
    test(`on ${door.path} leave the server and everybody else as they were`, async (t) => {
      const app = await startApp({ sockets_per_user_max: 10_000 })
      const address = await listen(app)
      const { live } = app.app.platform
      live.declare('news', { access: 'dashboard:read', event: 'news' })
      const watching = await app.user('viewer')
      const [raw, modern] = [
        rawClient(`ws${address}/ws`, bearer(watching.token)),
        socketIoClient(`http${address}`, { transports: ['websocket'], auth: { token: watching.token } }),
      ]
      await raw.hears('connection_established')
      await modern.hears('connection_established')

      const headers = bearer(app.adminToken)
      let opened = 0
      for (let round = 0; round * framesPerRound < framesTotal; round++) {
        const numRuns = Math.min(framesPerRound, framesTotal - round * framesPerRound)
        const sent = fc.sample(mutated(door.frames), { numRuns, seed: 7 + round })
        opened += await flood(`ws${address}${door.path}`, headers, door, sent)
      }
      t.diagnostic(`by ${opened} sockets`)

      await until('the attacker is gone', () => live.watchers('news') === 2)
      live.publish('news', 'still here')
      assert.equal(((await raw.hears('news')) as { data: string }).data, 'still here')
      assert.equal(await modern.hears('news'), 'still here')
      assert.deepEqual(
        [...raw.heard, ...modern.heard].map(({ event }) => event).filter((event) => /error|dropped|clos/.test(event)),
        [],
      )
      assert.equal((await app.anonymous('GET', '/health')).statusCode, 200)
      assert.equal((Object.prototype as Record<string, unknown>)['a'], undefined)
    })
  }
})
