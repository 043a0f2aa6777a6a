import { Worker } from 'node:worker_threads'
import { encodeBlock, type EncodedBlock, type RawBlock } from './encode.ts'
import type { EncoderAnswer } from './encoderThread.ts'

/** A thread that nothing was asked of for so long ends. */
const idleMsMax = 10_000
/** Text of a block that is encoded here, in less time than the way to a thread and back takes. */
const textBytesHere = 16 * 1024

/** Encodes blocks in a thread of its own, one after the other, so that neither appends nor searches wait for it. */
export class Encoder {
  #worker: Worker | null = null
  #asked: PromiseWithResolvers<EncoderAnswer> | null = null
  #idle: NodeJS.Timeout | undefined
  /** Comes back with every block, so that memory for its text is not asked for again and again. */
  #memory = new ArrayBuffer(0)

  /** For the text of the next block. */
  memory(bytes: number): Uint8Array<ArrayBuffer> {
    if (this.#memory.byteLength < bytes) this.#memory = new ArrayBuffer(bytes)
    return new Uint8Array(this.#memory, 0, bytes)
  }

  /** Takes the block's memory over. Rejects when the thread dies of it; the next block begins another one. */
  async encode(block: RawBlock): Promise<EncodedBlock> {
    if (block.text.length <= textBytesHere) return encodeBlock(block)
    clearTimeout(this.#idle)
    const worker = (this.#worker ??= this.#start())
    const asked = (this.#asked = Promise.withResolvers<EncoderAnswer>())
    const { offsets, severities, streams, ordinals, starts, text } = block
    worker.ref()
    worker.postMessage(
      block,
      [offsets, severities, streams, ordinals, starts, text].map(({ buffer }) => buffer),
    )
    try {
      const { encoded, memory } = await asked.promise
      this.#memory = memory
      return encoded
    } finally {
      this.#asked = null
      worker.unref()
      this.#idle = setTimeout(() => void this.close(), idleMsMax).unref()
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle)
    await this.#worker?.terminate()
  }

  #start(): Worker {
    const worker = new Worker(new URL('encoderThread.ts', import.meta.url), {
      name: 'logs encoder',
      // It holds one block. What V8 is left to gather before it looks for what is no longer needed counts as well.
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 12 },
    })
    const ended = (error: Error): void => {
      // An error comes before the end; another thread may have begun by then.
      if (this.#worker !== worker) return
      this.#worker = null
      this.#memory = new ArrayBuffer(0)
      this.#asked?.reject(error)
    }
    worker.on('message', (answer: EncoderAnswer) => this.#asked?.resolve(answer))
    worker.on('error', ended)
    worker.on('exit', () => ended(new Error('The thread that encodes blocks of logs has ended')))
    return worker
  }
}
