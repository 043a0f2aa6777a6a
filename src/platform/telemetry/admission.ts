import { AppError } from '#kernel/errors.ts'

/** Lets so much in at a time. What is over is refused at once: senders keep it and come back. */
export interface BytesGate {
  /** Runs `work` while its bytes count. @throws AppError RATE_LIMITED */
  hold<T>(bytes: number, work: () => Promise<T>): Promise<T>
  /** Throws as `hold` would, so that what has to be refused need not be received. */
  requireRoom(bytes: number): void
  figures(): { bytes: number; refused: number }
}

export function bytesGate(bytesMax: number): BytesGate {
  let held = 0
  let refused = 0
  const requireRoom = (bytes: number): void => {
    // One that is larger than all of them together may still go alone.
    if (held === 0 || held + bytes <= bytesMax) return
    refused++
    throw refusal('More comes in than can be stored; send it again in a second', {
      bytes_in_flight: held,
      bytes_in_flight_max: bytesMax,
    })
  }
  return {
    figures: () => ({ bytes: held, refused }),
    requireRoom,
    hold: async (bytes, work) => {
      requireRoom(bytes)
      held += bytes
      try {
        return await work()
      } finally {
        held -= bytes
      }
    },
  }
}

/** Lets so many run at a time; a bounded number wait their turn. */
export interface SlotsGate {
  /** @throws AppError RATE_LIMITED when too many wait already, or the signal's reason when it aborts meanwhile */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>
  figures(): { running: number; waiting: number; refused: number }
}

export function slotsGate(runningMax: number, waitingMax: number): SlotsGate {
  const waiting: (() => void)[] = []
  let running = 0
  let refused = 0

  const enter = async (signal: AbortSignal | undefined): Promise<void> => {
    if (running < runningMax) return void running++
    if (waiting.length >= waitingMax) {
      refused++
      throw refusal(`More than ${runningMax} queries run and ${waitingMax} wait`, { concurrency_max: runningMax })
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const leave = (): void => {
      waiting.splice(waiting.indexOf(resolve), 1)
      reject(signal!.reason)
    }
    waiting.push(resolve)
    signal?.addEventListener('abort', leave, { once: true })
    await promise
    signal?.removeEventListener('abort', leave)
  }

  /** Whoever waits longest takes over the place. */
  const leave = (): void => {
    const next = waiting.shift()
    if (next) next()
    else running--
  }

  return {
    figures: () => ({ running, waiting: waiting.length, refused }),
    run: async (work, signal) => {
      signal?.throwIfAborted()
      await enter(signal)
      try {
        return await work()
      } finally {
        leave()
      }
    },
  }
}

/**
 * Refusals come by the thousand when there is too much to do already. To find out where each was made would be a tenth
 * of what they cost, and nobody asks.
 */
function refusal(message: string, details: Record<string, unknown>): AppError {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  const error = new AppError('RATE_LIMITED', message, { ...details, retry_after_seconds: 1 })
  Error.stackTraceLimit = stackTraceLimit
  return error
}
