import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DayFile, isDamage, quarantineFile } from './dayFile.ts'
import type { SealedBlock } from './sealed.ts'
import { syncFolderNow } from './segment.ts'
import type { Warn } from './storage.ts'
import type { Streams } from './streams.ts'
import { dateOf, dayOfDate } from './time.ts'

interface Day {
  file: DayFile
  blocks: SealedBlock[]
}

/** Every sealed block, by day. */
export class Days {
  readonly #dir: string
  readonly #streams: Streams
  readonly #days = new Map<number, Day>()
  /** Blocks lost since the store was opened. */
  lostBlocks = 0

  readonly #warn: Warn
  readonly #hasSegment: (generation: number) => boolean

  /** Opens all files of a folder; what is damaged is set aside. `unsealed` are the generations that have a segment. */
  constructor(dir: string, streams: Streams, unsealed: readonly number[], warn: Warn) {
    this.#dir = dir
    this.#warn = warn
    this.#hasSegment = (generation) => unsealed.includes(generation)
    this.#streams = streams
    for (const name of readdirSync(dir)) {
      const date = /^(\d{4}-\d\d-\d\d)\.db$/.exec(name)?.[1]
      if (date) this.#open(dayOfDate(date))
    }
  }

  get days(): number[] {
    return [...this.#days.keys()]
  }

  blocks(day: number): readonly SealedBlock[] {
    return this.#days.get(day)?.blocks ?? []
  }

  /** The file of a day, made if there is none. */
  file(day: number): DayFile {
    return (this.#days.get(day) ?? this.#open(day)).file
  }

  isSealed(day: number, generation: number): boolean {
    return this.#days.has(day) && this.#guarded(day, (file) => file.isSealed(generation))
  }

  lastGeneration(): number {
    return Math.max(0, ...this.days.map((day) => this.#guarded(day, (file) => file.lastGeneration())))
  }

  /** Lets searches see blocks that are in the file. */
  publish(day: number, blocks: SealedBlock[]): void {
    this.#days.get(day)?.blocks.push(...blocks)
  }

  delete(day: number): void {
    this.#days.get(day)?.file.delete()
    this.#days.delete(day)
  }

  /** Deletes the oldest lines of a day, a block at a time, until `bytes` are free. */
  async shorten(day: number, bytes: number): Promise<void> {
    const found = this.#days.get(day)
    if (!found) return
    const before = found.file.bytes()
    for (const block of found.blocks.toSorted((a, b) => a.maxOffset - b.maxOffset)) {
      if (before - found.file.bytes() >= bytes) break
      found.file.remove([block.id])
      found.blocks = found.blocks.filter((one) => one !== block)
    }
    await found.file.checkpoint()
  }

  bytes(): number {
    return [...this.#days.values()].reduce((sum, { file }) => sum + file.bytes(), 0)
  }

  /** Puts a day's file aside that SQLite stumbles over, and goes on with what can be read of it. */
  rebuild(day: number): void {
    this.#days.get(day)?.file.close()
    this.#days.delete(day)
    this.#salvage(day)
  }

  close(): void {
    for (const { file } of this.#days.values()) file.close()
    this.#days.clear()
  }

  /** A file may open well and turn out to be damaged only where it is asked. */
  #guarded<T>(day: number, ask: (file: DayFile) => T): T {
    try {
      return ask(this.file(day))
    } catch (error) {
      if (!isDamage(error)) throw error
      this.rebuild(day)
      return ask(this.file(day))
    }
  }

  #open(day: number): Day {
    const isNew = !existsSync(DayFile.pathOf(this.#dir, day))
    try {
      const opened = this.#read(day)
      if (isNew) syncFolderNow(this.#dir)
      return opened
    } catch (error) {
      if (!isDamage(error)) throw error
      return this.#salvage(day)
    }
  }

  #salvage(day: number): Day {
    const aside = quarantineFile(DayFile.pathOf(this.#dir, day))
    const file = this.#file(day)
    file.salvage(aside)
    const { blocks } = file.blocks(this.#hasSegment)
    this.lostBlocks++
    this.#warn('A file of logs was damaged; what could be read of it is kept', { aside, blocks: blocks.length })
    return this.#keep(day, { file, blocks })
  }

  #read(day: number): Day {
    const file = this.#file(day)
    try {
      const { blocks, lost } = file.blocks(this.#hasSegment)
      this.lostBlocks += lost
      if (lost > 0) this.#warn('Blocks of logs are lost', { day: dateOf(day), lost })
      return this.#keep(day, { file, blocks })
    } catch (error) {
      file.close()
      throw error
    }
  }

  #keep(day: number, opened: Day): Day {
    this.#days.set(day, opened)
    return opened
  }

  #file(day: number): DayFile {
    return DayFile.open(this.#dir, day, this.#streams, (id) => this.#forget(day, id))
  }

  #forget(day: number, id: number): void {
    const found = this.#days.get(day)
    if (!found) return
    const { length } = found.blocks
    found.blocks = found.blocks.filter((block) => block.id !== id)
    this.lostBlocks += length - found.blocks.length
    this.#warn('A block of logs was damaged and is set aside', { day: dateOf(day), block: id })
  }
}

/** Things that were set aside, of this and of earlier runs. */
export function quarantinedCount(dir: string): number {
  const folder = join(dir, 'quarantine')
  return existsSync(folder) ? readdirSync(folder).length : 0
}
