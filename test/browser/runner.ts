import type { BrowserContext } from 'playwright-core'
import { WebSocket } from 'ws'
import { api } from '../support/browser.ts'
import { until } from '../support/until.ts'

type Frame = Record<string, unknown>

/** A runner that does what its test says. */
export interface Runner {
  /** The nth command it was given, from 1 on, once it has come. */
  command(nth: number): Promise<{ id: string; verb: string; args: string[] }>
  /** Ids of commands that it was asked to end. */
  cancelled(): string[]
  /** Sends a message and resolves with what its acknowledgement carries. Throws where the server refuses. */
  tell(type: string, data: object): Promise<Frame>
  close(): void
}

/** Connects a runner with a key of the context's user and resolves once the server knows it. */
export async function connectRunner(context: BrowserContext, url: string, hello: object): Promise<Runner> {
  const { key } = await api<{ key: string }>(context, url, 'POST', '/me/api-keys', {
    name: 'runner',
    scopes: ['runners:write'],
  })
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, { headers: { authorization: `Bearer ${key}` } })
  const frames: Frame[] = []
  socket.on('message', (data) => frames.push(JSON.parse(String(data)) as Frame))
  socket.on('error', () => undefined)
  await until('the server greets the runner', () => frames.length > 0)
  const received = (type: string): Frame[] =>
    frames.filter((frame) => frame['type'] === type).map(({ data }) => data as Frame)
  let asked = 0
  const tell = async (type: string, data: object): Promise<Frame> => {
    const id = ++asked
    socket.send(JSON.stringify({ type, id, data }))
    const answer = (): Frame | undefined => frames.find((frame) => frame['type'] === 'ack' && frame['id'] === id)
    await until(`an answer to ${type}`, () => answer() !== undefined)
    if (answer()!['ok'] !== true) throw new Error(`${type}: ${JSON.stringify(answer())}`)
    return answer()!['data'] as Frame
  }
  await tell('runner_hello', hello)
  return {
    command: async (nth) => {
      await until(`command ${nth}`, () => received('command').length >= nth)
      return received('command')[nth - 1] as unknown as { id: string; verb: string; args: string[] }
    },
    cancelled: () => received('command_cancel').map((data) => String(data['id'])),
    tell,
    close: () => socket.terminate(),
  }
}
