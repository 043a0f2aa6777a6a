import type { AddressInfo } from 'node:net'
import { after } from 'node:test'
import { WebSocket } from 'ws'
import type { TestApp } from './app.ts'
import { until } from './until.ts'

export type Frame = Record<string, unknown>

/** A plain client of `/ws`. */
export interface WsClient {
  frames: Frame[]
  /** Frames of a type, in the order they came: what they carry. */
  received(type: string): Frame[]
  /** Sends a message and resolves with its acknowledgement. */
  ask(type: string, data?: unknown): Promise<Frame>
  close(): void
}

/** The address of a started app, which listens from the first call on. */
export async function addressOf({ app }: TestApp): Promise<string> {
  if (!app.http.server.listening) await app.http.listen({ host: '127.0.0.1', port: 0 })
  return `127.0.0.1:${(app.http.server.address() as AddressInfo).port}`
}

/** Resolves when the server has greeted. */
export async function wsClient(address: string, token: string): Promise<WsClient> {
  const socket = new WebSocket(`ws://${address}/ws`, { headers: { authorization: `Bearer ${token}` } })
  after(() => socket.terminate())
  const frames: Frame[] = []
  socket.on('message', (data) => frames.push(JSON.parse(String(data)) as Frame))
  socket.on('error', () => undefined)
  await until('the server greets', () => frames.length > 0)
  let asked = 0
  return {
    frames,
    received: (type) => frames.filter((frame) => frame['type'] === type).map(({ data }) => data as Frame),
    ask: async (type, data = {}) => {
      const id = ++asked
      socket.send(JSON.stringify({ type, id, data }))
      const isAnswer = (frame: Frame): boolean => frame['type'] === 'ack' && frame['id'] === id
      await until(`an answer to ${type}`, () => frames.some(isAnswer))
      return frames.find(isAnswer)!
    },
    close: () => socket.terminate(),
  }
}
