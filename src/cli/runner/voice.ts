import { setTimeout as delay } from 'node:timers/promises'
import { secondMs } from '#kernel/time.ts'
import { ApiError } from '../failure.ts'
import { LinkLost, type Link } from './link.ts'

const retryMinMs = 0.2 * secondMs
const retryMaxMs = 10 * secondMs
/** A conflict is mostly somebody who was faster, and then it is not one the next time. */
const conflictsMax = 5

/** Says things to the server as often as it takes, over whatever connection there is. */
export class Voice {
  #link = Promise.withResolvers<Link>()
  #isLinked = false

  /** From now on over this one, on which the runner has introduced itself. */
  speakOver(link: Link): void {
    if (this.#isLinked) this.fallSilent()
    this.#isLinked = true
    this.#link.resolve(link)
  }

  /** What is to be said waits for the next connection. */
  fallSilent(): void {
    if (!this.#isLinked) return
    this.#isLinked = false
    this.#link = Promise.withResolvers()
  }

  /** Resolves with the answer. @throws ApiError where the server refuses for good */
  async tell(type: string, data: object): Promise<unknown> {
    let conflicts = 0
    for (let waitMs = retryMinMs; ; waitMs = Math.min(waitMs * 2, retryMaxMs)) {
      const link = await this.#link.promise
      try {
        return await link.ask(type, data)
      } catch (error) {
        const isConflict = error instanceof ApiError && error.status === 409
        if (!isPassing(error) && !(isConflict && ++conflicts < conflictsMax)) throw error
        // What is unsaid keeps no runner from ending.
        await delay(Math.max(waitMs, retryAfterMs(error)), undefined, { ref: false })
      }
    }
  }
}

const isPassing = (error: unknown): boolean =>
  error instanceof LinkLost || (error instanceof ApiError && (error.exit === 'temporary' || error.status >= 500))

function retryAfterMs(error: unknown): number {
  const seconds = error instanceof ApiError ? error.details['retry_after_seconds'] : undefined
  return typeof seconds === 'number' ? seconds * secondMs : 0
}
