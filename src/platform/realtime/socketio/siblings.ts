import { chmod, mkdir, rm } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { Server as Engine, type ServerOptions } from 'engine.io'
import { createServer, request as httpRequest } from '../../http/nodeHttp.ts'
import type { Platform, Stop } from '../../platform.ts'

/** Session ids that say which process has them. */
export class NamedEngine extends Engine {
  readonly #instanceId: string

  constructor(instanceId: string, options: ServerOptions) {
    super(options)
    this.#instanceId = instanceId
  }

  override generateId(request: IncomingMessage): string {
    return `${this.#instanceId}.${super.generateId(request)}`
  }
}

/**
 * Workers behind one port get a client's requests in turn, but its session lives in one of them. Each listens on a
 * socket in the data folder, where the others hand over what is not theirs.
 */
export interface Siblings {
  /** True when the request was handed to the process that has the session. */
  passRequest(sid: string, request: IncomingMessage, response: ServerResponse): boolean
  passUpgrade(sid: string, request: IncomingMessage, socket: Duplex, head: Buffer): boolean
  start(): Promise<Stop>
}

type EngineRequest = Parameters<Engine['handleRequest']>[0]

export function createSiblings({ config, instanceId, log }: Platform, engine: Engine): Siblings {
  const severalHere = config.get('server_workers') > 1
  const folder = join(config.get('data_dir'), 'run')
  const socketOf = (instance: string): string => join(folder, `${instance}.sock`)

  const ownerOf = (sid: string): string | undefined => {
    const [owner, rest] = sid.split('.')
    const isSibling = severalHere && rest !== undefined && owner !== instanceId && /^[0-9a-f-]{36}$/.test(owner!)
    return isSibling ? owner : undefined
  }

  return {
    passRequest: (sid, request, response) => {
      const owner = ownerOf(sid)
      if (owner === undefined) return false
      const { method, url, headers } = request
      const passed = httpRequest({ socketPath: socketOf(owner), method, path: url, headers }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers)
        answer.pipe(response)
        answer.on('error', () => response.destroy())
      })
      // The worker has ended, and the session with it: the client connects anew.
      passed.on('error', () => {
        if (!response.headersSent) response.writeHead(400, { connection: 'close' })
        response.end()
      })
      response.on('close', () => passed.destroy())
      request.pipe(passed)
      return true
    },
    passUpgrade: (sid, request, socket, head) => {
      const owner = ownerOf(sid)
      if (owner === undefined) return false
      const other = connect(socketOf(owner))
      other.on('error', () => socket.destroy())
      other.on('close', () => socket.destroy())
      socket.on('close', () => other.destroy())
      other.write(headOf(request))
      other.write(head)
      other.pipe(socket).pipe(other)
      return true
    },
    start: async () => {
      if (!severalHere) return () => undefined
      const server = createServer((request, response) => engine.handleRequest(request as EngineRequest, response))
      server.on('upgrade', (request, socket, head) => engine.handleUpgrade(request as EngineRequest, socket, head))
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const path = socketOf(instanceId)
      await new Promise<void>((resolve) => {
        server.once('error', (error) => {
          log.child({ component: 'sockets' }).warn({ err: error }, 'workers cannot share long polling')
          resolve()
        })
        server.listen(path, resolve)
      })
      if (server.listening) await chmod(path, 0o600)
      return async () => {
        server.close()
        server.closeAllConnections()
        await rm(path, { force: true })
      }
    },
  }
}

function headOf({ method, url, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/1.1`]
  for (let index = 0; index < rawHeaders.length; index += 2)
    lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}
