import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'

export interface Received {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: string
}

export interface Hook {
  url: string
  port: number
  /** What came, in order. */
  received: Received[]
  /** From now on; `{ status: 200, body: 'ok' }` at first. */
  answer(next: HookAnswer): void
}

export type HookAnswer =
  | { status: number; body?: string; headers?: Record<string, string> }
  | ((response: ServerResponse, request: IncomingMessage) => void)

/** Somebody's HTTP server on loopback that is told what to answer. Ends with the test that started it. */
export async function hook({ host = '127.0.0.1', port = 0, tls }: HookOptions = {}): Promise<Hook> {
  const received: Received[] = []
  let answer: HookAnswer = { status: 200, body: 'ok' }
  const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method = '', url: path = '', headers } = request
    received.push({ method, path, headers, body: Buffer.concat(chunks).toString() })
    if (typeof answer === 'function') return answer(response, request)
    response.writeHead(answer.status, answer.headers).end(answer.body)
  }
  const onRequest = (request: IncomingMessage, response: ServerResponse): void =>
    void listener(request, response).catch(() => response.destroy())
  const server = tls ? createSecureServer(tls, onRequest) : createServer(onRequest)
  server.listen(port, host)
  await once(server, 'listening')
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port: given } = server.address() as AddressInfo
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${given}`,
    port: given,
    received,
    answer: (next) => {
      answer = next
    },
  }
}

interface HookOptions {
  host?: string
  port?: number
  tls?: { key: string; cert: string }
}
