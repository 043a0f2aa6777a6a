import { parentPort, type MessagePort, type Transferable } from 'node:worker_threads'
import { AppError } from '#kernel/errors.ts'
import type { Failure, Reply, Request } from './messages.ts'
import { letMainGoFirst } from './priority.ts'

/** What a method knows of its call. */
export interface Call {
  /** Aborts when the caller is gone or its time is over. */
  signal: AbortSignal
  /** Sends a value before the result. */
  emit: (value: unknown) => void
}

/** Functions that the main thread may call by name. Arguments and results are plain data. */
export type Methods = Record<string, (args: never, call: Call) => unknown>

/** A result whose buffers are handed over instead of being copied. */
export class Handover<T> {
  readonly value: T
  readonly transfer: readonly Transferable[]

  constructor(value: T, transfer: readonly Transferable[]) {
    this.value = value
    this.transfer = transfer
  }
}

/** Tells the main thread of something that people should know of; it goes to the log. */
export const warn = (message: string, details: Record<string, unknown> = {}): void =>
  send(port(), { type: 'warning', message, details })

/** Answers calls until the main thread closes; `close` releases what the methods stand on. */
export function serve(methods: Methods, close: () => Promise<void>): void {
  letMainGoFirst()
  const main = port()
  const running = new Map<number, AbortController>()

  const answer = async (id: number, method: string, args: unknown): Promise<void> => {
    const controller = new AbortController()
    running.set(id, controller)
    try {
      const call: Call = { signal: controller.signal, emit: (value) => send(main, { type: 'emit', id, value }) }
      const result = await methods[method]!(args as never, call)
      if (result instanceof Handover) send(main, { type: 'result', id, value: result.value }, result.transfer)
      else send(main, { type: 'result', id, value: result })
    } catch (error) {
      send(main, { type: 'failure', id, failure: failureOf(error) })
    } finally {
      running.delete(id)
    }
  }

  main.on('message', (request: Request) => {
    if (request.type === 'call') void answer(request.id, request.method, request.args)
    else if (request.type === 'cancel') running.get(request.id)?.abort()
    else {
      for (const controller of running.values()) controller.abort()
      void close().then(() => {
        send(main, { type: 'closed' })
        main.close()
      })
    }
  })
  send(main, { type: 'ready' })
}

function port(): MessagePort {
  if (!parentPort) throw new Error('This file is the entry of a worker thread')
  return parentPort
}

const send = (to: MessagePort, reply: Reply, transfer: readonly Transferable[] = []): void =>
  to.postMessage(reply, transfer)

function failureOf(error: unknown): Failure {
  if (error instanceof AppError) return { code: error.code, message: error.message, details: error.details }
  if (error instanceof Error) return { message: error.message, stack: error.stack }
  return { message: String(error) }
}
