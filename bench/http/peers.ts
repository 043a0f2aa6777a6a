import { createServer } from 'node:http'
import Fastify from 'fastify'

/**
 * The servers that Miktos is measured against: they send a body of the same size with no identity,
 * limits, headers or log. `node bench/http/peers.ts node|fastify PORT BYTES`
 */
const [kind, port, bytes] = process.argv.slice(2)
const body = { user: { id: 'x'.repeat(36), text: 'x'.repeat(Math.max(0, Number(bytes) - 70)) } }

if (kind === 'node') {
  createServer((_request, response) => {
    response.setHeader('content-type', 'application/json; charset=utf-8')
    response.end(JSON.stringify(body))
  }).listen(Number(port), '127.0.0.1')
} else {
  const app = Fastify()
  app.get('/api/v1/me', async () => body)
  await app.listen({ host: '127.0.0.1', port: Number(port) })
}
