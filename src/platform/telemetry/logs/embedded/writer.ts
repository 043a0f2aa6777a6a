import { AppError } from '#kernel/errors.ts'
import type { LogAppend, LogBatch } from '../logs.ts'
import { admit, type TimeSpan } from './admission.ts'
import type { Batches } from './batches.ts'
import { GroupBuilder, TextMemory, type Group } from './group.ts'
import type { Heads } from './heads.ts'
import { storageError } from './storage.ts'
import type { Streams } from './streams.ts'

/** What waits for the next write to disk. */
interface Gathering {
  builder: GroupBuilder
  written: Promise<void>
  settle: (error?: unknown) => void
}

/**
 * Takes batches in and makes them durable: everything that comes while the disk is busy goes there together, next.
 */
export class Writer {
  readonly #heads: Heads
  readonly #batches: Batches
  readonly #streams: Streams
  readonly #span: () => TimeSpan
  readonly #onWritten: (group: Group) => void
  /** Batches on their way to disk, by id. */
  readonly #pending = new Map<string, Promise<void>>()
  readonly #memory = new TextMemory()
  #gathering: Gathering | null = null
  #loop: Promise<void> | null = null
  #isClosed = false

  constructor(
    heads: Heads,
    batches: Batches,
    streams: Streams,
    span: () => TimeSpan,
    onWritten: (group: Group) => void,
  ) {
    this.#heads = heads
    this.#batches = batches
    this.#streams = streams
    this.#span = span
    this.#onWritten = onWritten
  }

  async append(batch: LogBatch): Promise<LogAppend> {
    await this.#heads.room()
    if (this.#isClosed) throw new AppError('SHUTTING_DOWN', 'The store of logs is closed')
    if (batch.id !== undefined && this.#isKnown(batch.id)) {
      await this.#pending.get(batch.id)
      return repeated(batch)
    }
    const gathering = (this.#gathering ??= newGathering())
    const result = admit(batch, gathering.builder, this.#streams, this.#span())
    if (result.stored === 0) gathering.builder.batches.pop()
    else {
      this.#remember(batch.id, gathering.written)
      this.#loop ??= this.#write()
      await gathering.written
    }
    return result
  }

  /** Resolves when everything that was appended is on disk. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#loop
  }

  #isKnown(id: string): boolean {
    return this.#pending.has(id) || this.#heads.hasBatch(id) || this.#batches.has(id)
  }

  #remember(id: string | undefined, written: Promise<void>): void {
    if (id === undefined) return
    this.#pending.set(id, written)
    const forget = (): void => void this.#pending.delete(id)
    written.then(forget, forget)
  }

  async #write(): Promise<void> {
    // Those that came in the same turn come along.
    await Promise.resolve()
    for (let gathering = this.#gathering; gathering; gathering = this.#gathering) {
      this.#gathering = null
      try {
        const group = gathering.builder.build(this.#memory)
        await this.#heads.write(group)
        this.#onWritten(group)
        gathering.settle()
      } catch (error) {
        gathering.settle(storageError(error))
      }
    }
    this.#loop = null
  }
}

function newGathering(): Gathering {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  return {
    builder: new GroupBuilder(),
    written: promise,
    settle: (error) => (error === undefined ? resolve() : reject(error)),
  }
}

const repeated = ({ streams }: LogBatch): LogAppend => ({
  stored: 0,
  duplicates: streams.reduce((sum, { entries }) => sum + entries.length, 0),
  rejected: [],
})
