import { AppError } from '#kernel/errors.ts'
import type { MetricAppend, MetricBatch } from '../metrics.ts'
import { insufficientStorage, isDiskFull, type Disk } from '../../disk.ts'
import type { WriteAheadLog } from './wal.ts'

/** What one group of batches may add to the log before it is forced to disk. */
const groupBytesMax = 8 * 1_048_576

interface Waiting {
  batch: MetricBatch
  resolve: (outcome: MetricAppend) => void
  reject: (error: unknown) => void
}

/**
 * Everything that waits becomes one write to the log that is forced to disk once; then all are acknowledged.
 * `between` runs between groups, when no batch is half done.
 */
export class Commits {
  readonly #wal: WriteAheadLog
  readonly #disk: Disk
  readonly #take: (batch: MetricBatch) => Promise<MetricAppend>
  readonly #between: () => Promise<void>
  #waiting: Waiting[] = []
  #asked = false
  #running: Promise<void> | null = null
  #closed = false

  constructor(
    wal: WriteAheadLog,
    disk: Disk,
    take: (batch: MetricBatch) => Promise<MetricAppend>,
    between: () => Promise<void>,
  ) {
    this.#wal = wal
    this.#disk = disk
    this.#take = take
    this.#between = between
  }

  append(batch: MetricBatch): Promise<MetricAppend> {
    if (this.#closed) return Promise.reject(new AppError('SHUTTING_DOWN', 'The metrics store is closing'))
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject })
      void this.run()
    })
  }

  /** Resolves when nothing waits any more and `between` has run, begun after this call. */
  run(): Promise<void> {
    this.#asked = true
    this.#running ??= this.#groups()
    return this.#running
  }

  async #groups(): Promise<void> {
    while (this.#asked) {
      this.#asked = false
      await this.#between()
      if (this.#waiting.length > 0) await this.#group()
    }
    // In the same turn in which nothing was asked any more: whoever comes later starts anew.
    this.#running = null
  }

  async #group(): Promise<void> {
    const group: { waiting: Waiting; outcome: MetricAppend }[] = []
    try {
      await this.#disk.requireRoom()
      // Frames of a group that could not be written come first: what they hold may count as known already.
      await this.#wal.flush()
      while (this.#waiting.length > 0 && this.#wal.pendingBytes < groupBytesMax) {
        const waiting = this.#waiting.shift()!
        group.push({ waiting, outcome: await this.#take(waiting.batch) })
      }
      if (this.#waiting.length > 0) this.#asked = true
      await this.#wal.flush()
    } catch (error) {
      const reason = isDiskFull(error) ? insufficientStorage('metrics') : error
      const refused = [...group.map(({ waiting }) => waiting), ...this.#waiting.splice(0)]
      for (const { reject } of refused) reject(reason)
      return
    }
    for (const { waiting, outcome } of group) waiting.resolve(outcome)
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.run()
  }
}
