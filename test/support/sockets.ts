import type { AddressInfo } from 'node:net'
import { after } from 'node:test'
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'
import connectV2 from 'socket.io-client-v2'
import { WebSocket } from 'ws'
import type { TestApp } from './app.ts'
import { until } from './until.ts'

/** Makes the app reachable; for the URL put `http` or `ws` in front. */
export async function listen({ app }: TestApp): Promise<string> {
  await app.http.listen({ host: '127.0.0.1', port: 0 })
  return `://127.0.0.1:${(app.http.server.address() as AddressInfo).port}`
}

export interface Heard {
  event: string
  data: unknown
}

interface Client {
  heard: Heard[]
  /** Waits until the event has come that often, once unless told, and returns the newest. */
  hears(event: string, times?: number): Promise<never>
}

const hearing = (heard: Heard[]): Client => ({
  heard,
  hears: async (event, times = 1) => {
    const those = (): Heard[] => heard.filter((one) => one.event === event)
    await until(`${event} is heard`, () => those().length >= times)
    return those().at(-1)!.data as never
  },
})

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })

export interface RawClient extends Client {
  socket: WebSocket
  send(frame: object | string): void
  /** Resolves with the status of a refusal, or with the code of a close. */
  closed: Promise<number>
}

/** What wscat would be: text frames, each JSON with a `type`. */
export function rawClient(url: string, headers: Record<string, string> = {}): RawClient {
  const socket = new WebSocket(url, { headers })
  after(() => socket.terminate())
  const heard: Heard[] = []
  socket.on('message', (text) => {
    const frame = JSON.parse(String(text)) as { type: string }
    heard.push({ event: frame.type, data: frame })
  })
  const closed = new Promise<number>((resolve) => {
    socket.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode!))
    socket.on('close', resolve)
  })
  socket.on('error', () => undefined)
  const send = (frame: object | string): void => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  return { socket, closed, send, ...hearing(heard) }
}

export interface SocketIoClient extends Client {
  socket: Socket
  /** What `connect_error` said, or `disconnect`. */
  refusal(): Promise<{ message: string; data?: { code: string } }>
}

/** A client of today's Socket.IO. */
export function socketIoClient(url: string, options: Partial<ManagerOptions & SocketOptions>): SocketIoClient {
  const socket = io(url, { forceNew: true, reconnection: false, ...options })
  after(() => socket.close())
  const heard: Heard[] = []
  const refusals: { message: string; data?: { code: string } }[] = []
  socket.onAny((event: string, data: unknown) => heard.push({ event, data }))
  socket.on('connect_error', (error) => refusals.push(error as Error & { data?: { code: string } }))
  socket.on('disconnect', (reason) => heard.push({ event: 'disconnect', data: reason }))
  return {
    socket,
    refusal: async () => {
      await until('the connection is refused', () => refusals.length > 0)
      return refusals[0]!
    },
    ...hearing(heard),
  }
}

/** A client of version 2, as programs that were written for it have. */
export function oldClient(url: string, options: Parameters<typeof connectV2>[1], events: readonly string[]) {
  const socket = connectV2(url, { forceNew: true, reconnection: false, ...options })
  after(() => socket.close())
  const heard: Heard[] = []
  for (const event of [...events, 'error', 'connect_error', 'disconnect'])
    socket.on(event, (data) => heard.push({ event, data }))
  return { socket, ...hearing(heard) }
}
