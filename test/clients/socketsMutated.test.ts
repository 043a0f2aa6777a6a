import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { WebSocket } from 'ws'
import { startApp } from '../support/app.ts'
import { bearer, listen, rawClient, socketIoClient } from '../support/sockets.ts'
import { until } from '../support/until.ts'

const framesMax = 1_000
/** Few, because one that closes its socket spares the server the rest. */
const framesPerSocket = 4

/** Frames that a door understands, to be broken. */
const doors = [
  {
    path: '/api/v1/stream',
    frames: [
      '{"type":"subscribe","topics":["health"],"resume":{"epoch":"x","seq":{"health":1}}}',
      '{"type":"unsubscribe","topics":["health"]}',
      '{"type":"ping"}',
    ],
  },
  {
    path: '/ws',
    frames: [
      '{"type":"subscribe","id":1,"rooms":["metrics_update"]}',
      '{"type":"ms11_command","id":"a","data":{"type":"quick_action","command":"start_session"}}',
      '{"type":"unsubscribe_room","data":{"room":"metrics_update"}}',
    ],
  },
  {
    path: '/socket.io/?EIO=4&transport=websocket',
    frames: ['40', '42["subscribe_room",{"room":"metrics_update"}]', '421["ms11_command",{}]', '3', '41', '44{"a":1}'],
  },
  {
    path: '/socket.io/?EIO=3&transport=websocket',
    frames: [
      '40',
      '42["subscribe_room",{"room":"metrics_update"}]',
      '451-["x",{"_placeholder":true,"num":0}]',
      '2',
      '6',
    ],
  },
] as const

/** One of the frames with parts replaced, doubled, cut or made very long; as text or bytes. */
function mutated(frames: readonly string[]): fc.Arbitrary<string | Buffer> {
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

describe('a thousand mutated frames', () => {
  for (const { path, frames } of doors) {
    test(`on ${path} leave the server and everybody else as they were`, async () => {
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
      const sent = fc.sample(mutated(frames), { numRuns: framesMax, seed: 7 })
      for (let start = 0; start < sent.length; start += framesPerSocket) {
        const socket = new WebSocket(`ws${address}${path}`, { headers })
        socket.on('error', () => undefined)
        const greeted = once(socket, 'message')
        await once(socket, 'open')
        await greeted
        // A right one first, so that the others meet a connection that is established.
        socket.send(frames[0])
        for (const frame of sent.slice(start, start + framesPerSocket)) socket.send(frame)
        await Promise.race([once(socket, 'close'), once(socket, 'message')])
        socket.close()
      }

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
