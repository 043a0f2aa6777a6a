import { statfs } from 'node:fs/promises'
import { AppError } from '#kernel/errors.ts'

const recheckMs = 2_000
const fullCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** How full the disk of a folder is. */
export class Disk {
  readonly #folder: string
  readonly #shareMax: number
  #checkedAt = -Infinity
  #share = 0

  constructor(folder: string, shareMax: number) {
    this.#folder = folder
    this.#shareMax = shareMax
  }

  /** @throws AppError INSUFFICIENT_STORAGE when the disk is fuller than it may be */
  async requireRoom(): Promise<void> {
    // A duration of this process, whatever clock the store was given.
    if (performance.now() - this.#checkedAt > recheckMs) await this.look()
    if (this.#share > this.#shareMax) throw insufficientStorage()
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

export const insufficientStorage = (): AppError =>
  new AppError(
    'INSUFFICIENT_STORAGE',
    'The disk of the metrics store is full; it takes samples again when there is room',
    {
      component: 'metrics',
    },
  )

export const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && fullCodes.has(String(error.code))
