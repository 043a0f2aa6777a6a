import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, describe, test } from 'node:test'
import { WebSocketServer, type WebSocket } from 'ws'
import { until } from '../../../test/support/until.ts'
import { ApiError } from '../failure.ts'
import { openSocket } from '../socket.ts'
import { Link, LinkLost } from './link.ts'
import { Voice } from './voice.ts'

type Asked = { type: string; id: number; data: { n: number } }

/** A server that does as `answer` says with each message. */
async function server(answer: (asked: Asked, socket: WebSocket) => void): Promise<string> {
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  after(() => {
    sockets.clients.forEach((socket) => socket.terminate())
    sockets.close()
  })
  sockets.on('connection', (socket) =>
    socket.on('message', (text) => answer(JSON.parse(String(text)) as Asked, socket)),
  )
  await once(sockets, 'listening')
  return `http://127.0.0.1:${(sockets.address() as AddressInfo).port}`
}

async function connect(url: string, heard: unknown[] = []): Promise<Link> {
  const link = new Link(await openSocket(url, '/ws', undefined), (type, data) => heard.push([type, data]))
  after(() => link.terminate())
  return link
}

const ack = (socket: WebSocket, id: unknown, more: object): void =>
  socket.send(JSON.stringify({ type: 'ack', id, ...more }))
const refuse = (socket: WebSocket, id: number, code: string, details = {}): void =>
  ack(socket, id, { ok: false, error: { code, message: code, details } })

describe('the connection of a runner', () => {
  test('nonsense does no harm, answers find their question, events are heard', async () => {
    const url = await server(({ id, data }, socket) => {
      for (const text of ['', 'null', '[]', '{', '{"type":7}', '{"type":"ack"}']) socket.send(text)
      ack(socket, 99, { ok: true, data: 'nobody asked' })
      ack(socket, id, { ok: false, error: 'no error' })
      socket.send(JSON.stringify({ type: 'command', timestamp: 'now', data: { n: data.n } }))
      setTimeout(() => ack(socket, id, { ok: true, data: data.n }), data.n === 1 ? 50 : 0)
    })
    const heard: unknown[] = []
    const link = await connect(url, heard)
    assert.deepEqual(await Promise.all([1, 2].map((n) => link.ask('x', { n }))), [1, 2])
    assert.deepEqual(
      heard.filter((event) => (event as string[])[0] === 'command'),
      [
        ['command', { n: 1 }],
        ['command', { n: 2 }],
      ],
    )
  })

  test('a refusal is an error with its code; an answer that cannot come any more, too', async () => {
    const url = await server(({ id, data }, socket) =>
      data.n === 1 ? refuse(socket, id, 'RESOURCE_NOT_FOUND') : socket.terminate(),
    )
    const link = await connect(url)
    await assert.rejects(link.ask('x', { n: 1 }), (error) => error instanceof ApiError && error.status === 404)
    await assert.rejects(link.ask('x', { n: 2 }), LinkLost)
    await link.closed
    await assert.rejects(link.ask('x', { n: 3 }), LinkLost)
  })
})

describe('what a runner has to say', () => {
  test('is said again when the server had no time, when somebody was faster, and over the next connection', async () => {
    let asked = 0
    const url = await server(({ id }, socket) => {
      asked++
      if (asked === 1) refuse(socket, id, 'RATE_LIMITED', { retry_after_seconds: 0.1 })
      else if (asked === 2) refuse(socket, id, 'CONFLICT')
      else if (asked === 3) refuse(socket, id, 'INTERNAL_ERROR')
      else if (asked === 4) socket.terminate()
      else ack(socket, id, { ok: true, data: 'heard' })
    })
    const voice = new Voice()
    const told = voice.tell('x', {})
    const first = await connect(url)
    voice.speakOver(first)
    await first.closed
    voice.fallSilent()
    assert.equal(asked, 4)
    voice.speakOver(await connect(url))
    assert.equal(await told, 'heard')
  })

  test('is said once where the server does not want it, and not for ever where it stays a conflict', async () => {
    const counts = new Map<string, number>()
    const url = await server(({ type, id }, socket) => {
      counts.set(type, (counts.get(type) ?? 0) + 1)
      refuse(socket, id, type)
    })
    const voice = new Voice()
    voice.speakOver(await connect(url))
    for (const code of ['VALIDATION_FAILED', 'RESOURCE_NOT_FOUND', 'CONFLICT'])
      await assert.rejects(voice.tell(code, {}), (error) => error instanceof ApiError && error.code === code)
    await until('all were asked', () => counts.size === 3)
    assert.deepEqual([...counts.values()], [1, 1, 5])
  })
})
