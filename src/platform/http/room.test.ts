import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'node:test'
import { startApp } from '../../../test/support/app.ts'
import { until } from '../../../test/support/until.ts'

const mebibyte = 1_048_576

test('a body that there is no room for is refused before it is received', async () => {
  const { app, adminToken, as } = await startApp({ ingest_bytes_in_flight_max: mebibyte })
  await app.http.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.http.server.address() as AddressInfo
  const lines = Buffer.alloc(2 * mebibyte, `${'a line '.repeat(20)}\n`)
  const ending = new AbortController()
  const keepFull = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const headers = { 'content-type': 'text/plain' }
      assert.equal((await as(adminToken)('POST', '/api/v1/logs/full', lines, headers)).statusCode, 200)
    }
  }

  /** What comes back within a while to a request of which only the head is sent. */
  const answerToHead = async (): Promise<string> => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(
      `POST /api/v1/logs/other HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminToken}\r\n` +
        `Content-Type: text/plain\r\nContent-Length: ${4 * mebibyte}\r\n\r\n`,
    )
    const answer = await Promise.race([once(socket, 'data').then(([chunk]) => String(chunk)), delay(200, '')])
    socket.destroy()
    return answer
  }

  assert.equal(await answerToHead(), '', 'with room it waits for the body')
  const full = keepFull()
  await until('the head alone is refused', async () =>
    /^HTTP\/1\.1 429[\s\S]*retry-after: 1/i.test(await answerToHead()),
  )
  ending.abort()
  await full
})
