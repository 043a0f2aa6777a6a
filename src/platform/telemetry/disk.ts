import { statfs } from 'node:fs/promises'
import { AppError } from '#kernel/errors.ts'

const recheckMs = 2_000
const fullCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** How full the disk of a store's folder is. */
export class Disk {
  readonly #folder: string
  readonly #store: 'logs' | 'metrics'
  readonly #shareMax: number
  #checkedAt = -Infinity
  #share = 0

  constructor(folder: string, store: 'logs' | 'metrics', shareMax: number) {
    this.#folder = folder
    this.#store = store
    this.#shareMax = shareMax
  }

  /** @throws AppError INSUFFICIENT_STORAGE when the disk is fuller than it may be */
  async requireRoom(): Promise<void> {
    // A duration of this process, whatever clock the store was given.
    if (performance.now() - this.#checkedAt > recheckMs) await this.look()
    if (this.#share > this.#shareMax) throw insufficientStorage(this.#store)
  }

  get isFull(): boolean {
    return this.#share > this.#shareMax
  }

  async look(): Promise<void> {
    const { blocks, bfree, bavail } = await statfs(this.#folder)
    const used = blocks - bfree
    this.#share = used / Math.max(1, used + bavail)
    this.#checkedAt = performance.now()
  }
}

/** Senders keep what they have and come back. */
export const insufficientStorage = (store: 'logs' | 'metrics'): AppError =>
  new AppError('INSUFFICIENT_STORAGE', `The disk of the ${store} store is full; it takes more when there is room`, {
    component: store,
    retry_after_seconds: 30,
  })

export const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && fullCodes.has(String(error.code))
