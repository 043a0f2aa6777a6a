import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker, type Transferable } from 'node:worker_threads'
import { AppError } from '#kernel/errors.ts'
import { secondMs } from '#kernel/time.ts'
import type { Logger } from '../../logging/logging.ts'
import type { BytesGate } from '../admission.ts'
import type { Failure, Reply, Request } from './messages.ts'
import type { Handover, Methods } from './serve.ts'

type Result<T> = T extends Handover<infer V> ? V : T

export interface CallOptions {
  /** The method's own signal aborts with it, and the call is rejected at once. */
  signal?: AbortSignal
  /** Rejects with QUERY_TIMEOUT. */
  timeoutMs?: number
  /** Handed over instead of copied. */
  transfer?: readonly Transferable[]
  onEmit?: (value: unknown) => void
}

/** A worker thread whose methods are called by name. It is started again when it dies; calls under way then fail. */
export interface Thread<M extends Methods> {
  call<K extends keyof M & string>(
    method: K,
    args: Parameters<M[K]>[0],
    options?: CallOptions,
  ): Promise<Result<Awaited<ReturnType<M[K]>>>>
  /** Whether it answers now; why not otherwise. */
  state(): { running: boolean; restarts: number; lastFailure: string | null }
  close(): Promise<void>
}

interface Pending {
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
  onEmit: ((value: unknown) => void) | undefined
}

const restartDelayMsMax = 30 * secondMs

/**
 * A thread does not take part in the cache of the process by itself. With it, it has nothing to do with types any more:
 * half as long a start, and a quarter less memory.
 */
function compileCache(): { NODE_COMPILE_CACHE?: string } {
  const versionDir = getCompileCacheDir()
  return versionDir === undefined ? {} : { NODE_COMPILE_CACHE: dirname(versionDir) }
}

/**
 * Starts `entry` in a thread. `data` is what it finds as `workerData`, made anew for each start.
 * Resolves when the thread is ready; rejects when its first start fails.
 */
export async function startThread<M extends Methods>(
  entry: URL,
  { name, data, log, heapMbMax }: { name: string; data: () => unknown; log: Logger; heapMbMax: number },
): Promise<Thread<M>> {
  const pending = new Map<number, Pending>()
  let nextId = 0
  let worker: Worker | undefined
  let restarts = 0
  let lastFailure: string | null = null
  /** A store that cannot even start the first time is for the operator, not for another try. */
  let wasReady = false
  let closing = false

  const unavailable = (what: string): AppError =>
    new AppError('UPSTREAM_UNAVAILABLE', `The ${name} store ${what}`, { component: name })

  const failAll = (error: AppError): void => {
    for (const { reject } of pending.values()) reject(error)
    pending.clear()
  }

  const receive = (reply: Reply): void => {
    if (reply.type === 'warning') return log.warn(reply.details, reply.message)
    if (reply.type === 'ready' || reply.type === 'closed') return
    const call = pending.get(reply.id)
    if (reply.type === 'emit') return call?.onEmit?.(reply.value)
    pending.delete(reply.id)
    if (reply.type === 'result') call?.resolve(reply.value)
    else call?.reject(errorOf(reply.failure))
  }

  const start = (): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const started = new Worker(entry, {
      name,
      workerData: data(),
      env: { ...process.env, ...compileCache() },
      // Left alone, V8 spends 100 MB more on young objects, which makes nothing faster here.
      resourceLimits: { maxOldGenerationSizeMb: heapMbMax, maxYoungGenerationSizeMb: 24 },
    })
    let failure: Error | undefined
    started.on('message', (reply: Reply) => {
      if (reply.type === 'ready') {
        worker = started
        wasReady = true
        resolve()
      }
      receive(reply)
    })
    started.on('error', (error) => (failure = error))
    started.on('exit', () => {
      if (worker === started) worker = undefined
      lastFailure = failure?.message ?? 'it ended'
      if (!wasReady) {
        log.error({ component: name, err: failure }, 'a store did not start')
        reject(unavailable('did not start; the log of the server says why'))
      }
      failAll(unavailable('had to start again'))
      if (wasReady && !closing) void startAgain()
    })
    return promise
  }

  const startAgain = async (): Promise<void> => {
    log.error({ component: name, failure: lastFailure, restarts }, 'a store ended by itself and is started again')
    await delay(Math.min(restartDelayMsMax, 100 * 2 ** Math.min(restarts, 20)), undefined, { ref: false })
    restarts++
    // Its exit was heard above already, which tries the next time.
    if (!closing) await start().catch(() => undefined)
  }

  await start()

  const post = (request: Request, transfer: readonly Transferable[] = []): void =>
    worker?.postMessage(request, transfer)

  const call = (method: string, args: unknown, options: CallOptions = {}): Promise<unknown> => {
    const { signal, timeoutMs, transfer, onEmit } = options
    if (!worker) throw unavailable('is starting again')
    signal?.throwIfAborted()
    const id = nextId++
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    pending.set(id, { resolve, reject, onEmit })
    post({ type: 'call', id, method, args }, transfer)
    const giveUp = (error: unknown): void => {
      if (!pending.delete(id)) return
      post({ type: 'cancel', id })
      reject(error)
    }
    const onAbort = (): void => giveUp(signal!.reason)
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => giveUp(new AppError('QUERY_TIMEOUT', `Not done within ${timeoutMs} ms`)), timeoutMs)
    signal?.addEventListener('abort', onAbort, { once: true })
    return promise.finally(() => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    })
  }

  return {
    // The one place where the types of single methods are given up: messages are plain data.
    call: (async (method: string, args: unknown, options?: CallOptions) =>
      call(method, args, options)) as Thread<M>['call'],
    state: () => ({ running: worker !== undefined, restarts, lastFailure }),
    close: async () => {
      closing = true
      const ended = worker && new Promise((resolve) => worker!.once('exit', resolve))
      post({ type: 'close' })
      await ended
    },
  }
}

/** Starts at the first call. One that cannot start is tried again at the next. */
export function lazyThread<M extends Methods>(start: () => Promise<Thread<M>>): Thread<M> {
  let thread: Promise<Thread<M>> | undefined
  let current: Thread<M> | undefined
  const started = async (): Promise<Thread<M>> => {
    thread ??= start()
    try {
      return (current = await thread)
    } catch (error) {
      thread = undefined
      throw error
    }
  }
  return {
    call: async (...args) => (await started()).call(...args),
    state: () => current?.state() ?? { running: false, restarts: 0, lastFailure: null },
    close: async () => {
      await (await thread?.catch(() => undefined))?.close()
    },
  }
}

/** Hands the bytes of a body to a store's thread; they count at the gate until it answers. */
export const handOver = <T>(
  gate: BytesGate,
  body: Uint8Array,
  send: (own: Uint8Array<ArrayBuffer>, options: CallOptions) => Promise<T>,
): Promise<T> =>
  gate.hold(body.byteLength, () => {
    const own = ownBytes(body)
    return send(own, { transfer: [own.buffer] })
  })

/** Bytes that can be handed over. Small ones stand in memory that others use too, so they are copied. */
export function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteLength } = bytes
  return byteLength > 0 && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer
    ? new Uint8Array(buffer)
    : new Uint8Array(bytes)
}

function errorOf({ code, message, stack, details }: Failure): Error {
  if (code) return new AppError(code, message, details)
  const error = new Error(message)
  if (stack) error.stack = stack
  return error
}
