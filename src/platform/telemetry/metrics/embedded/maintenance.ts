import type { BlockFile } from './blockFile.ts'
import { isDiskFull } from '../../disk.ts'
import type { Intake, IntakeParts } from './intake.ts'
import { mergePlan } from './mergePlan.ts'
import { mergeFiles, sealWindow } from './seal.ts'
import type { WriteAheadLog } from './wal.ts'

/**
 * A segment of the log ends here also when no window is sealed, so that it can be packed, and go, piece by piece. Each
 * tells the labels of its series anew, so that of many series it has to be long.
 */
const segmentBytesMin = 1_048_576
const segmentBytesPerSeries = 800
const segmentBytesMax = 8 * 1_048_576
/** What has to be read again after a crash, in a few seconds; less where it would be most of what is stored. */
const logBytesMax = 16 * 1_048_576
const logBytesMin = logBytesMax / 2
const logShareMax = 0.5

export interface MaintenanceParts extends IntakeParts {
  intake: Intake
  wal: WriteAheadLog
  now: () => number
  bounds: { retentionMs: number; bytesMax: number }
  warn: (message: string, details?: Record<string, unknown>) => void
}

/** Turns windows of the head into files, merges files, and deletes what is too old or too much. */
export class Maintenance {
  readonly #parts: MaintenanceParts
  #last: Promise<void> = Promise.resolve()
  #next: Promise<void> | null = null
  #stopped = false
  #failing = false

  constructor(parts: MaintenanceParts) {
    this.#parts = parts
  }

  /** Where windows stop taking samples a new segment of the log begins: what came before is in their files. */
  async beginSealing(): Promise<void> {
    const { blocks, head, intake, limits, now, wal } = this.#parts
    const finishedBeforeMs = intake.newestMs - limits.outOfOrderMs
    const logBytes = Math.min(logBytesMax, Math.max(logBytesMin, blocks.bytes * logShareMax))
    const pinned = wal.bytes > logBytes ? wal.oldestSegment : -1
    const due = this.#isHeldUp ? [] : head.due(finishedBeforeMs, now(), limits.headBytesMax, pinned)
    if (due.length === 0 && wal.segmentBytes < this.#segmentBytes) return
    try {
      await wal.flush()
      await wal.rotate()
    } catch (error) {
      this.#report(error)
      return
    }
    head.beginSealing(due)
    for (const window of due) window.sealedBefore = wal.segment
    void this.run()
  }

  get #segmentBytes(): number {
    const wanted = this.#parts.index.size * segmentBytesPerSeries
    return Math.min(segmentBytesMax, Math.max(segmentBytesMin, wanted))
  }

  /** Begins when what is going on is done, so that it sees what is due now. */
  run(): Promise<void> {
    this.#next ??= this.#last = this.#last.then(() => {
      this.#next = null
      return this.#work()
    })
    return this.#next
  }

  /** While windows still become files, or cannot, no more of them stop taking samples. */
  get #isHeldUp(): boolean {
    return this.#failing || this.#parts.head.sealing.length > 0
  }

  async #work(): Promise<void> {
    try {
      // First what makes room.
      await this.#deleteOld()
      await this.#seal()
      await this.#trimLog()
      await this.#merge()
      await this.#deleteMuch()
      await this.#parts.wal.pack()
      this.#failing = false
    } catch (error) {
      this.#report(error)
    }
  }

  /** What is in memory and in the log stays there; the next run tries again. */
  #report(error: unknown): void {
    if (!this.#failing) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#parts.warn('Metrics could not be moved into files', { reason, disk_full: isDiskFull(error) })
    }
    this.#failing = true
  }

  async #seal(): Promise<void> {
    const { head, blocks } = this.#parts
    for (const window of head.sealing) {
      if (this.#stopped) return
      await sealWindow(window, blocks)
      head.sealed(window)
    }
  }

  /** Segments whose samples are all in files go; ids of their batches stay. */
  async #trimLog(): Promise<void> {
    const { head, ids, metadata, now, wal } = this.#parts
    const done = wal.olderThan(Math.min(head.oldestSegment, wal.segment))
    if (done.length > 0) await metadata.save()
    for (const segment of done) {
      await ids.keep(segment, now())
      await wal.remove(segment)
    }
    await ids.prune(now())
  }

  async #merge(): Promise<void> {
    const { blocks, intake, limits, wal } = this.#parts
    for (;;) {
      const files: BlockFile[] | null = mergePlan(blocks.files, intake.newestMs - limits.outOfOrderMs)
      if (!files || this.#stopped) return
      await mergeFiles(files, wal.oldestSegment, blocks)
    }
  }

  async #deleteOld(): Promise<void> {
    const { blocks, bounds, now, results } = this.#parts
    const beforeMs = now() - bounds.retentionMs
    for (const file of blocks.files.filter(({ toMs }) => toMs <= beforeMs)) {
      results.changed(-Infinity)
      blocks.remove(file)
    }
    await blocks.pruneQuarantine(beforeMs)
  }

  async #deleteMuch(): Promise<void> {
    const { blocks, bounds, results, wal } = this.#parts
    while (blocks.bytes + wal.bytes > bounds.bytesMax && blocks.files.length > 0) {
      results.changed(-Infinity)
      await blocks.removeForGood(blocks.files[0]!)
    }
  }

  /** Ends with what is being done; nothing is lost by that. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#last
  }
}
