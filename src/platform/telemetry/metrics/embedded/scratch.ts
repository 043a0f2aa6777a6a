const pageBytes = 1_048_576
/** More than this is not kept for the next read. */
const keptBytesMax = 16 * pageBytes

export interface Samples {
  timestamps: Float64Array
  values: Float64Array
}

/**
 * Memory that a read fills again and again: new arrays for every series would cost more than decoding them.
 * What `samples` gave is overwritten by the next `samples`, what `bytes` gave after the next `reuseBytes`.
 */
export class Scratch {
  #times = new Float64Array()
  #values = new Float64Array()
  #pages: ArrayBuffer[] = []
  #page = 0
  #used = 0

  samples(count: number): Samples {
    if (this.#times.length < count) {
      const size = Math.max(1_024, 2 ** Math.ceil(Math.log2(count)))
      this.#times = new Float64Array(size)
      this.#values = new Float64Array(size)
    }
    return { timestamps: this.#times.subarray(0, count), values: this.#values.subarray(0, count) }
  }

  /** Begins at a multiple of 4. */
  bytes(length: number): Uint8Array<ArrayBuffer> {
    while (this.#page < this.#pages.length && this.#used + length > this.#pages[this.#page]!.byteLength) {
      this.#page++
      this.#used = 0
    }
    const page = (this.#pages[this.#page] ??= new ArrayBuffer(Math.max(length, pageBytes)))
    const at = this.#used
    this.#used += Math.ceil(length / 4) * 4
    return new Uint8Array(page, at, length)
  }

  reuseBytes(): void {
    this.#page = 0
    this.#used = 0
  }

  get isLarge(): boolean {
    return this.#times.length * 16 + this.#pages.length * pageBytes > keptBytesMax
  }
}

/** Scratches for as many reads as there are at once. */
export class Scratches {
  readonly #idle: Scratch[] = []

  take(): Scratch {
    return this.#idle.pop() ?? new Scratch()
  }

  give(scratch: Scratch): void {
    if (!scratch.isLarge && this.#idle.length < 2) this.#idle.push(scratch)
  }
}
