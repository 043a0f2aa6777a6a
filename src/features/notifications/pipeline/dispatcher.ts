import { secondMs } from '#kernel/time.ts'
import { createSender, type SenderOptions } from '../deliveries/sender.ts'
import { createLease, LeaseLost, type Lease } from '#platform/jobs/lease.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import { decideOnce } from './decide.ts'

interface DispatcherOptions {
  platform: Platform
  externalUrl: string
  open: SenderOptions['open']
  onAttempt: SenderOptions['onAttempt']
}

/** How the dispatcher fares. */
export interface DispatcherState {
  held: boolean
  /** When it decided last, ms; null while another server does it. */
  decidedAt: number | null
  /** Why it could not, at present. */
  failure: string | null
}

export interface Dispatcher {
  state(): DispatcherState
  start(): Stop
}

/** Even when nothing is heard of a change, it is seen after so long. */
const lookEveryMs = 3 * secondMs

/** What changes who is to be told of what. */
const topics = ['alert.*', 'notification.*']

/** One server of all decides what is told, and sends it. Whatever it is woken by, it looks at what stands in the database. */
export function createDispatcher({ platform, externalUrl, open, onAttempt }: DispatcherOptions): Dispatcher {
  const log = platform.log.child({ component: 'notifications' })
  const lease = createLease(platform, 'notifications')
  const state: DispatcherState = { held: false, decidedAt: null, failure: null }

  const start = (): Stop => {
    const work = repeatedly(
      () => look(platform, lease, externalUrl, sender, state),
      lookEveryMs,
      (error) => {
        if (error instanceof LeaseLost) return
        state.failure = error instanceof Error ? error.message : String(error)
        log.warn({ err: error }, 'notifications are decided later')
      },
    )
    const sender = createSender({
      platform,
      lease,
      open,
      onAttempt: (...attempt) => {
        onAttempt(...attempt)
        work.wake()
      },
    })
    const unsubscribe = topics.map((topic) => platform.events.subscribe(topic, () => work.wake()))
    const stopListening = lease.onChange(() => work.wake())
    const stopLease = lease.start()
    return async () => {
      for (const stop of unsubscribe) stop()
      await work.stop()
      await sender.stop()
      // Only now may another server go on: nothing is on its way any more.
      await stopLease()
      await stopListening()
    }
  }
  return { state: () => ({ ...state, held: lease.held }), start }
}

/** @returns ms until there is something to do, should nothing change */
async function look(
  { database, now, ...platform }: Platform,
  lease: Lease,
  externalUrl: string,
  sender: ReturnType<typeof createSender>,
  state: DispatcherState,
): Promise<number> {
  if (!lease.held) {
    Object.assign(state, { decidedAt: null, failure: null })
    return lookEveryMs
  }
  const { dueAt } = await decideOnce({ platform: { ...platform, database, now }, lease, externalUrl })
  const sendAt = await sender.sendDue()
  Object.assign(state, { decidedAt: now(), failure: null })
  return Math.min(dueAt ?? Infinity, sendAt ?? Infinity) - now()
}

/** Runs `work`, one run at a time, when woken and at the time it asked for; never rarer than `everyMs`. */
function repeatedly(
  work: () => Promise<number>,
  everyMs: number,
  onError: (error: unknown) => void,
): { wake(): void; stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let isWoken = false
  let isStopped = false

  const later = (ms: number): void => {
    clearTimeout(timer)
    if (!isStopped) timer = setTimeout(run, Math.min(Math.max(ms, leastMs), everyMs))
  }
  const run = (): void => {
    clearTimeout(timer)
    isWoken = false
    running = work()
      .catch((error: unknown) => {
        onError(error)
        return everyMs
      })
      .then((waitMs) => {
        running = undefined
        later(isWoken ? 0 : waitMs)
      })
  }
  later(0)
  return {
    wake: () => {
      // Further wakings do not put it off.
      if (!isWoken && !running) later(0)
      isWoken = true
    },
    stop: async () => {
      isStopped = true
      clearTimeout(timer)
      await running
    },
  }
}

/** Lets changes that come together be looked at together. */
const leastMs = 20
