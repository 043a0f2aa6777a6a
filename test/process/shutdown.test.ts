import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { temporaryFolder } from '../support/folder.ts'
import { startServer, type ServerProcess } from '../support/server.ts'

const rounds = 20
const clients = 24

interface Counts {
  answered: number
  /** Sent on a connection the server had taken, and never answered: this is what must not be. */
  lost: string[]
  /** Refused or reset before the server read a byte of the request. */
  neverStarted: number
  stop(): void
  ended: Promise<void>
}

/** Keeps `clients` connections busy; a request counts as lost when its connection ends after an answer began or bytes were read. */
function load({ url }: ServerProcess, token: string): Counts {
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  let stopped = false
  const counts: Counts = {
    answered: 0,
    lost: [],
    neverStarted: 0,
    stop: () => void (stopped = true),
    ended: Promise.resolve(),
  }
  const askOnce = (path: string): Promise<void> =>
    new Promise((resolve) => {
      let began = false
      const asked = request(url + path, { agent, headers: { authorization: `Bearer ${token}` } }, (reply) => {
        began = true
        reply.resume()
        reply.on('end', () => {
          if (reply.statusCode === 200) counts.answered++
          else counts.lost.push(`status ${reply.statusCode}`)
          resolve()
        })
        reply.on('error', (error) => {
          counts.lost.push(`cut: ${error.message}`)
          resolve()
        })
      })
      asked.on('error', (error: NodeJS.ErrnoException) => {
        if (began) counts.lost.push(error.message)
        else counts.neverStarted++
        resolve()
      })
      asked.end()
    })
  const client = async (): Promise<void> => {
    while (!stopped) await askOnce('/api/v1/admin/users')
  }
  counts.ended = Promise.all(Array.from({ length: clients }, client)).then(() => agent.destroy())
  return counts
}

describe('SIGTERM', () => {
  test(
    `${rounds} times under load: every accepted request is answered, and the process ends with 0`,
    { timeout: 180_000 },
    async () => {
      const dataDir = temporaryFolder()
      let answered = 0
      for (let round = 0; round < rounds; round++) {
        const server = await startServer({ dataDir })
        const token = await server.login()
        const counts = load(server, token)
        await delay(150 + Math.random() * 150)
        server.process.kill('SIGTERM')
        const startedAt = performance.now()
        const code = await server.exited
        counts.stop()
        await counts.ended
        assert.equal(code, 0, server.output())
        assert.deepEqual(counts.lost, [], `round ${round}`)
        assert.ok(performance.now() - startedAt < 10_000)
        assert.ok(counts.answered > 0)
        answered += counts.answered
      }
      assert.ok(answered > rounds * 20, `${answered} requests were answered`)
    },
  )

  test('with 64 idle keep-alive connections and a socket ends within 2 seconds, and the socket is told 1012', async () => {
    const server = await startServer({ dataDir: temporaryFolder() })
    const token = await server.login()
    const agent = new Agent({ keepAlive: true, maxSockets: 64 })
    await Promise.all(
      Array.from(
        { length: 64 },
        () =>
          new Promise<void>((resolve, reject) => {
            request(`${server.url}/health`, { agent }, (reply) => reply.resume().on('end', resolve))
              .on('error', reject)
              .end()
          }),
      ),
    )
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/v1/stream`, {
      headers: { authorization: `Bearer ${token}` },
    })
    await once(socket, 'message')
    const closed = once(socket, 'close')
    const startedAt = performance.now()
    server.process.kill('SIGTERM')
    assert.equal(await server.exited, 0)
    assert.ok(performance.now() - startedAt < 2_000, `${performance.now() - startedAt} ms`)
    assert.equal((await closed)[0], 1012)
    agent.destroy()
  })

  test('waits for a request whose body is still coming, and says 503 on /readyz meanwhile', async () => {
    const server = await startServer({ dataDir: temporaryFolder() })
    const token = await server.login()
    const body = JSON.stringify({ name: 'slow' })
    const socket = connect(server.port, '127.0.0.1')
    let reply = ''
    socket.on('data', (chunk) => (reply += chunk.toString()))
    socket.write(
      `POST /api/v1/projects HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
    )
    await delay(100)
    server.process.kill('SIGTERM')
    await delay(50)
    const ready = await fetch(`${server.url}/readyz`)
    assert.equal(ready.status, 503)
    assert.equal(ready.headers.get('connection'), 'close')
    await delay(600)
    assert.equal(reply, '')
    socket.write(body.slice(5))
    assert.equal(await server.exited, 0)
    assert.match(reply, /^HTTP\/1\.1 201/)
    assert.match(reply, /connection: close/i)
  })

  test('a second signal ends at once', async () => {
    const server = await startServer({ dataDir: temporaryFolder() })
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(
      'POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    )
    await delay(100)
    server.process.kill('SIGTERM')
    await delay(600)
    assert.equal(server.process.exitCode, null)
    server.process.kill('SIGTERM')
    assert.equal(await server.exited, 143)
    socket.destroy()
  })
})
