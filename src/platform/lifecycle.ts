import type { Stop } from './platform.ts'

/** Exit code by which a supervisor knows that it is to start Miktos again (see deploy/miktos.service). */
export const restartExitCode = 75

/** Whether this process takes work, and the one place where its end is asked for. */
export interface Lifecycle {
  /** False before everything has started and from the first moment of a shutdown on. */
  readonly ready: boolean
  readonly draining: boolean
  markReady(): void
  /** Called once, when the shutdown begins, while requests are still being answered. */
  onDrain(listener: () => void): void
  /** Asks this process to end; returns at once. `restart` starts it again. */
  requestStop(reason: string, options?: { restart?: boolean }): void
  /** Resolves when somebody asked for the end. */
  readonly stopRequested: Promise<{ reason: string; restart: boolean }>
}

export function createLifecycle(): Lifecycle {
  const listeners: (() => void)[] = []
  const { promise: stopRequested, resolve } = Promise.withResolvers<{ reason: string; restart: boolean }>()
  let state: 'starting' | 'running' | 'draining' = 'starting'
  return {
    get ready() {
      return state === 'running'
    },
    get draining() {
      return state === 'draining'
    },
    markReady: () => {
      if (state === 'starting') state = 'running'
    },
    onDrain: (listener) => void listeners.push(listener),
    requestStop: (reason, { restart = false } = {}) => {
      if (state === 'draining') return
      state = 'draining'
      for (const listener of listeners) listener()
      resolve({ reason, restart })
    },
    stopRequested,
  }
}

/**
 * One Stop for several, in reverse order of starting. One that fails, because the database is gone and its rows cannot
 * be taken along, keeps none of the others from ending; it is told at the end.
 */
export const stopEach =
  (stops: readonly Stop[]): Stop =>
  async () => {
    const failures: unknown[] = []
    for (const stop of stops.toReversed()) {
      try {
        await stop()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }

/** Stops parts in reverse order of starting; one that fails or hangs does not keep the others from ending. */
export async function stopAll(stops: Stop[], deadlineMs: number, onError: (error: unknown) => void): Promise<void> {
  const { promise: deadline, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, deadlineMs)
  for (const stop of stops.toReversed()) {
    await Promise.race([Promise.resolve().then(stop).catch(onError), deadline])
  }
  clearTimeout(timer)
}
