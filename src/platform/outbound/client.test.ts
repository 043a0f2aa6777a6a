import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { after, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { certificateFor } from '../../../test/support/certificate.ts'
import { hook } from '../../../test/support/hook.ts'
import { nameServer } from '../../../test/support/nameServer.ts'
import { freePort } from '../../../test/support/port.ts'
import { createOutbound, mebibyte } from './client.ts'

const home = { allow: () => ['127.0.0.0/8'], ownPorts: () => [] }
const outbound = createOutbound(home)

/** A server that does with each connection what it is told, once something was sent to it. */
async function rawServer(onRequest: (socket: Socket) => void): Promise<string> {
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket)
    socket.on('error', () => undefined).once('data', () => onRequest(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const head = (more = ''): string => `HTTP/1.1 200 OK\r\n${more}\r\n`

describe('The answer', () => {
  test('is handed over with status, headers and body, whatever the status', async () => {
    const receiver = await hook()
    receiver.answer({ status: 503, body: 'not now', headers: { 'retry-after': '7' } })
    const reply = await outbound.request({ method: 'POST', url: receiver.url, headers: { 'x-a': 'b' }, body: 'hello' })
    assert.deepEqual([reply.status, reply.headers['retry-after'], reply.body.toString()], [503, '7', 'not now'])
    const [{ method, body, headers } = assert.fail()] = receiver.received
    assert.deepEqual([method, body, headers['x-a']], ['POST', 'hello', 'b'])
  })

  for (const status of [301, 302, 303, 307, 308]) {
    test(`${status} is handed over and not followed`, async () => {
      const canary = await hook()
      const receiver = await hook()
      receiver.answer({ status, headers: { location: `${canary.url}/secret` } })
      const reply = await outbound.request({ method: 'POST', url: receiver.url, body: 'x' })
      assert.deepEqual([reply.status, canary.received.length], [status, 0])
    })
  }

  test('of exactly 1 MiB arrives, one byte more does not', async () => {
    const receiver = await hook()
    receiver.answer({ status: 200, body: 'x'.repeat(mebibyte) })
    assert.equal((await outbound.request({ method: 'GET', url: receiver.url })).body.length, mebibyte)
    receiver.answer({ status: 200, body: 'x'.repeat(mebibyte + 1) })
    await assert.rejects(outbound.request({ method: 'GET', url: receiver.url }), { kind: 'failed', message: /1 MiB/ })
  })

  test('that is complete counts though the other side closed half, or said no length', async () => {
    const half = await rawServer((socket) => socket.end(head('content-length: 2\r\n') + 'ok'))
    assert.equal((await outbound.request({ method: 'GET', url: half })).body.toString(), 'ok')
    const untilEnd = await rawServer((socket) => socket.end(head() + 'all of it'))
    assert.equal((await outbound.request({ method: 'GET', url: untilEnd })).body.toString(), 'all of it')
  })
})

describe('The other side', () => {
  const timeoutMs = 400
  const cases: Record<string, (socket: Socket) => void> = {
    'says nothing': () => undefined,
    'sends a body that never ends, without pause': (socket) => {
      socket.write(head('transfer-encoding: chunked\r\n'))
      const more = (): boolean => socket.writable && socket.write('a\r\n0123456789\r\n', () => setImmediate(more))
      more()
    },
    'sends a byte now and then': (socket) => {
      socket.write(head('content-length: 100000\r\n'))
      const timer = setInterval(() => (socket.writable ? socket.write('x') : clearInterval(timer)), 20)
    },
    'sends headers letter by letter': (socket) => {
      const timer = setInterval(() => (socket.writable ? socket.write('H') : clearInterval(timer)), 20)
    },
    'sends headers without end': (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      const more = (): boolean =>
        socket.writable && socket.write(`x-a: ${'b'.repeat(1_000)}\r\n`, () => setImmediate(more))
      more()
    },
    'closes before it answers': (socket) => socket.end(),
    'closes within the body': (socket) => socket.end(head('content-length: 10\r\n') + 'half'),
    'resets within the body': (socket) =>
      socket.write(head('content-length: 10\r\n') + 'half', () => socket.resetAndDestroy()),
    'speaks something else': (socket) => socket.end('220 mail.example.com ESMTP\r\n'),
    'promises more than may come': (socket) => {
      socket.write(head('content-length: 99999999999\r\n'))
      const more = (): boolean => socket.writable && socket.write('x'.repeat(65_536), () => setImmediate(more))
      more()
    },
    'goes on with 100 Continue for ever': (socket) => {
      const timer = setInterval(
        () => (socket.writable ? socket.write('HTTP/1.1 100 Continue\r\n\r\n') : clearInterval(timer)),
        10,
      )
    },
  }
  for (const [name, behave] of Object.entries(cases)) {
    test(`${name}: the call fails and ends in time`, async () => {
      const url = await rawServer(behave)
      const startedAt = performance.now()
      await assert.rejects(outbound.request({ method: 'POST', url, body: 'x', timeoutMs }), { kind: 'failed' })
      assert.ok(performance.now() - startedAt < 5_000)
    })
  }

  test('refuses the connection: it says so, without what was sent', async () => {
    const url = `http://127.0.0.1:${await freePort()}/hook?token=secret`
    const headers = { authorization: 'Bearer secret' }
    const error = await outbound.request({ method: 'POST', url, headers }).catch((failure: unknown) => failure)
    assert.match(String(error), /127\.0\.0\.1:\d+ refuses the connection/)
    assert.doesNotMatch(String(error), /secret|hook/)
  })

  test('has a name that nobody answers for: the call ends in time', async () => {
    const { lookup } = await nameServer(() => undefined)
    const silent = createOutbound({ ...home, lookup })
    const url = 'http://silent.example.com/'
    await assert.rejects(silent.request({ method: 'GET', url, timeoutMs: 300 }), { kind: 'failed', message: /0\.3 s/ })
  })

  test('has a name that does not exist: it says so', async () => {
    const { lookup } = await nameServer(() => [])
    const url = 'http://nowhere.example.com/'
    await assert.rejects(createOutbound({ ...home, lookup }).request({ method: 'GET', url }), { kind: 'failed' })
  })
})

describe('The request', () => {
  test('of more than 1 MiB is not sent', async () => {
    const receiver = await hook()
    const body = 'é'.repeat(mebibyte / 2 + 1)
    await assert.rejects(outbound.request({ method: 'POST', url: receiver.url, body }), { kind: 'blocked' })
    assert.equal(receiver.received.length, 0)
  })

  test('with a line break in a header is not sent, and the header is not told', async () => {
    const receiver = await hook()
    const headers = { authorization: 'secret\r\nx-evil: 1' }
    const error = await outbound
      .request({ method: 'POST', url: receiver.url, headers })
      .catch((failure: unknown) => failure)
    assert.match(String(error), /cannot be sent/)
    assert.doesNotMatch(String(error), /secret|evil/)
    assert.equal(receiver.received.length, 0)
  })

  test('takes no proxy from the environment', async () => {
    const proxy = await hook()
    const receiver = await hook()
    const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY', 'NODE_USE_ENV_PROXY']
    for (const name of names) process.env[name] = proxy.url
    after(() => {
      for (const name of names) delete process.env[name]
    })
    await outbound.request({ method: 'GET', url: receiver.url })
    assert.deepEqual([proxy.received.length, receiver.received.length], [0, 1])
  })

  test('waits where very many are on their way', async () => {
    const receiver = await hook()
    let open = 0
    let most = 0
    receiver.answer((response) => {
      most = Math.max(most, ++open)
      void delay(20).then(() => {
        open--
        response.end('ok')
      })
    })
    const calls = Array.from({ length: 100 }, () =>
      outbound.request({ method: 'GET', url: receiver.url, timeoutMs: 60_000 }),
    )
    assert.ok((await Promise.all(calls)).every(({ status }) => status === 200))
    assert.ok(most > 1 && most <= 32, String(most))
  })
})

describe('Whoever made the client', () => {
  test('says how much may come and go', async () => {
    const receiver = await hook()
    const roomy = createOutbound({ ...home, bytesMax: 3 * mebibyte })
    const body = 'x'.repeat(3 * mebibyte)
    receiver.answer({ status: 200, body })
    assert.equal((await roomy.request({ method: 'POST', url: receiver.url, body })).body.length, body.length)
    await assert.rejects(roomy.request({ method: 'POST', url: receiver.url, body: `${body}x` }), { kind: 'blocked' })
    receiver.answer({ status: 200, body: `${body}x` })
    const tooLarge = { kind: 'failed', reason: 'too large', message: /more than 3 MiB/ }
    await assert.rejects(roomy.request({ method: 'GET', url: receiver.url }), tooLarge)
  })

  test('may read what comes while it comes, and leave the rest', async () => {
    const url = await rawServer((socket) => {
      socket.write(head('transfer-encoding: chunked\r\n'))
      const more = (): boolean => socket.writable && socket.write('5\r\nhello\r\n', () => setImmediate(more))
      more()
    })
    const first = await outbound.stream({ method: 'GET', url }, async ({ status, body }) => {
      for await (const chunk of body) return [status, Buffer.from(chunk).toString().slice(0, 5)]
      return assert.fail()
    })
    assert.deepEqual(first, [200, 'hello'])
  })

  test('ends it', async () => {
    const url = await rawServer(() => undefined)
    const ending = new AbortController()
    const waiting = outbound.request({ method: 'GET', url, signal: ending.signal })
    ending.abort()
    await assert.rejects(waiting, { kind: 'failed' })
  })

  test('has connections kept for the same addresses, and for no others', async () => {
    const sockets = new Set<Socket>()
    const [receiver, canary] = [await hook(), await hook({ host: '127.0.0.2' })]
    receiver.answer((response, { socket }) => {
      sockets.add(socket)
      response.end('ok')
    })
    let led = ['127.0.0.1']
    const { lookup } = await nameServer(() => led)
    const keeping = createOutbound({ ...home, allow: () => ['127.0.0.1', '127.0.0.3'], lookup, keepsConnections: true })
    after(() => keeping.close())
    const call = () => keeping.request({ method: 'GET', url: `http://moves.example.com:${receiver.port}/` })
    for (let round = 0; round < 3; round++) assert.equal((await call()).body.toString(), 'ok')
    assert.equal(sockets.size, 1)
    led = ['127.0.0.2']
    await assert.rejects(call(), { kind: 'blocked' })
    led = ['127.0.0.3']
    await assert.rejects(call(), { kind: 'failed', message: /refuses/ })
    led = ['127.0.0.1']
    await Promise.all(Array.from({ length: 5 }, call))
    assert.ok(sockets.size > 1)
    assert.equal(canary.received.length, 0)
  })
})

describe('TLS', () => {
  test('is verified for the name, though an address is dialled', async () => {
    const tls = certificateFor('hooks.example.com')
    const receiver = await hook({ tls })
    const { lookup } = await nameServer(() => ['127.0.0.1'])
    const trusting = createOutbound({ ...home, lookup, certificateAuthorities: tls.cert })
    const call = (client: typeof outbound, host: string) =>
      client.request({ method: 'GET', url: `https://${host}:${receiver.port}/` })
    assert.equal((await call(trusting, 'hooks.example.com')).status, 200)
    assert.equal((await call(trusting, 'hooks.example.com.')).status, 200)
    await assert.rejects(call(trusting, 'other.example.com'), { kind: 'failed', message: /certificate/ })
    await assert.rejects(call(trusting, '127.0.0.1'), { kind: 'failed', message: /certificate/ })
    const stranger = createOutbound({ ...home, lookup })
    await assert.rejects(call(stranger, 'hooks.example.com'), { kind: 'failed', message: /certificate/ })
    assert.equal(receiver.received.length, 2)
  })
})
