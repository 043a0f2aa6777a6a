import { setTimeout as delay } from 'node:timers/promises'

/** As the protocol allows. */
const pieceLengthMax = 16_384
const pauseMs = 200
/** What waits for the server; a program is never made to wait. */
const waitingLengthMax = 1024 * 1024

export type StreamName = 'stdout' | 'stderr'

export interface Piece {
  seq: number
  stream: StreamName
  text: string
}

/**
 * Sends what a program writes in numbered pieces, each when the one before was acknowledged and at most five a second,
 * so that quick small writes become one piece.
 */
export class Output {
  readonly #send: (piece: Piece) => Promise<{ kept: boolean }>
  readonly #waiting: { stream: StreamName; text: string }[] = []
  #waitingLength = 0
  #leftOut = 0
  #seq = 0
  #isUnwanted = false
  #isFinishing = false
  #pumping: Promise<void> | undefined

  constructor(send: (piece: Piece) => Promise<{ kept: boolean }>) {
    this.#send = send
  }

  write(stream: StreamName, text: string): void {
    if (this.#isUnwanted) return
    if (this.#waitingLength + text.length > waitingLengthMax) {
      this.#leftOut += text.length
      return
    }
    this.#waitingLength += text.length
    const last = this.#waiting.at(-1)
    if (last?.stream === stream) last.text += text
    else this.#waiting.push({ stream, text })
    this.#pumping ??= this.#pump()
  }

  /** Resolves when all of it has arrived. */
  async finish(): Promise<void> {
    this.#isFinishing = true
    await this.#pumping
    if (this.#leftOut > 0 && !this.#isUnwanted)
      await this.#send({ seq: this.#seq++, stream: 'stderr', text: `[${this.#leftOut} characters are left out]\n` })
  }

  async #pump(): Promise<void> {
    await this.#pause()
    while (this.#waiting.length > 0 && !this.#isUnwanted) {
      const { kept } = await this.#send(this.#next())
      if (!kept) this.#forgetRest()
      await this.#pause()
    }
    this.#pumping = undefined
  }

  async #pause(): Promise<void> {
    if (!this.#isFinishing) await delay(pauseMs)
  }

  #next(): Piece {
    const first = this.#waiting[0]!
    const text = cut(first.text)
    this.#waitingLength -= text.length
    first.text = first.text.slice(text.length)
    if (first.text === '') this.#waiting.shift()
    return { seq: this.#seq++, stream: first.stream, text }
  }

  /** The server has as much of it as it keeps. */
  #forgetRest(): void {
    this.#isUnwanted = true
    this.#waiting.length = 0
  }
}

/** Not between the halves of one character. */
function cut(text: string): string {
  const piece = text.slice(0, pieceLengthMax)
  return piece.length < text.length && /[\uD800-\uDBFF]$/.test(piece) ? piece.slice(0, -1) : piece
}
