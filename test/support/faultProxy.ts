import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** What happens to whoever connects: `reset` cuts the answer off in its middle, a number is answered as HTTP status. */
export type Fault = 'none' | 'refuse' | 'black hole' | 'reset' | number

export interface FaultProxy {
  url: string
  /** From now on; connections that are open end. */
  become(fault: Fault): Promise<void>
  /** Connections there were. */
  connections(): number
  stop(): Promise<void>
}

/** Stands before the server at `targetUrl`, on loopback. */
export async function faultProxy(targetUrl: string): Promise<FaultProxy> {
  const target = Number(new URL(targetUrl).port)
  const open = new Set<Socket>()
  let fault: Fault = 'none'
  let count = 0

  const server = createServer((socket) => {
    count++
    open.add(socket)
    socket.on('close', () => open.delete(socket)).on('error', () => undefined)
    if (fault === 'black hole') return void socket.resume()
    if (typeof fault === 'number') return answer(socket, fault)
    const upstream = connect(target, '127.0.0.1')
    upstream.on('error', () => socket.destroy())
    socket.on('close', () => upstream.destroy())
    socket.pipe(upstream)
    if (fault === 'none') return void upstream.pipe(socket)
    upstream.once('data', (chunk: Buffer) => {
      socket.write(chunk.subarray(0, chunk.length >> 1))
      setImmediate(() => socket.resetAndDestroy())
    })
  })
  const listen = async (port: number): Promise<void> => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  await listen(0)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port')
  const endAll = (): void => {
    for (const socket of open) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${address.port}`,
    connections: () => count,
    become: async (next) => {
      fault = next
      endAll()
      if (next === 'refuse') return void server.close()
      if (!server.listening) await listen(address.port)
    },
    stop: async () => {
      endAll()
      server.close()
    },
  }
}

function answer(socket: Socket, status: number): void {
  socket.once('data', () =>
    socket.end(`HTTP/1.1 ${status} Fault\r\nretry-after: 0\r\ncontent-length: 5\r\nconnection: close\r\n\r\nfault`),
  )
}
