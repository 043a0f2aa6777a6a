import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { BlockFile } from './blockFile.ts'
import type { BlockIndex } from './blockIndex.ts'
import { BlockWriter } from './blockWriter.ts'
import { isDiskFull } from '../../disk.ts'
import type { SeriesIndex } from './seriesIndex.ts'
import { writeWhole } from './writeWhole.ts'

/** All block files of the store, in order of time. */
export class Blocks {
  readonly #folder: string
  readonly #quarantine: string
  readonly #horizonPath: string
  readonly #index: SeriesIndex
  #files: BlockFile[] = []
  #number = 0
  /** Everything before it was deleted to make room, and does not come back from the write-ahead log. */
  horizonMs = -Infinity
  quarantinedFiles = 0

  constructor(dir: string, index: SeriesIndex) {
    this.#folder = join(dir, 'blocks')
    this.#quarantine = join(dir, 'quarantine')
    this.#horizonPath = join(dir, 'horizon')
    this.#index = index
  }

  get files(): readonly BlockFile[] {
    return this.#files
  }

  get bytes(): number {
    return this.#files.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  get samples(): number {
    return this.#files.reduce((sum, { samples }) => sum + samples, 0)
  }

  get damagedRegions(): number {
    return this.#files.reduce((sum, { damagedRegions }) => sum + damagedRegions, 0)
  }

  /** Opens what is there: takes away what interrupted work left over, sets aside what cannot be read. */
  async load(warn: (message: string, details: Record<string, unknown>) => void): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    await mkdir(this.#quarantine, { recursive: true, mode: 0o700 })
    if (existsSync(this.#horizonPath)) this.horizonMs = Number(await readFile(this.#horizonPath, 'utf8')) || -Infinity
    this.quarantinedFiles = (await readdir(this.#quarantine)).length
    const names = await readdir(this.#folder)
    for (const name of names.filter((name) => name.endsWith('.tmp'))) await rm(join(this.#folder, name))
    for (const name of names.filter((name) => name.endsWith('.block')).toSorted()) {
      this.#number = Math.max(this.#number, parseInt(name.split('-')[1]!, 10))
      const file = BlockFile.open(join(this.#folder, name), this.#index)
      if (file) this.#files.push(file)
      else await this.#setAside(name, warn)
    }
    const replaced = new Set(this.#files.flatMap(({ replaces }) => replaces))
    for (const file of this.#files.filter(({ name }) => replaced.has(name))) this.remove(file)
    this.#order()
  }

  async #setAside(name: string, warn: (message: string, details: Record<string, unknown>) => void): Promise<void> {
    await rename(join(this.#folder, name), join(this.#quarantine, name))
    this.quarantinedFiles++
    warn('A file of metrics is damaged and was set aside', { file: name })
  }

  #order(): void {
    this.#files.sort((a, b) => a.fromMs - b.fromMs || numberOf(a) - numberOf(b))
  }

  overlapping(fromMs: number, toMs: number): BlockFile[] {
    return this.#files.filter((file) => file.overlaps(fromMs, toMs))
  }

  /** The segment of the write-ahead log before which all samples of the window are in files, or were. */
  sealedBefore(windowMs: number): number {
    let before = 0
    for (const { sealed } of this.#files)
      for (const one of sealed) if (one.windowMs === windowMs) before = Math.max(before, one.beforeSegment)
    return before
  }

  /** A writer for a new file; names sort by time, then by age. */
  create(fromMs: number): Promise<BlockWriter> {
    this.#number++
    return BlockWriter.create(join(this.#folder, `${fromMs}-${String(this.#number).padStart(6, '0')}.block`), fromMs)
  }

  async finish(writer: BlockWriter, about: Omit<BlockIndex, 'series' | 'fromMs'>): Promise<BlockFile> {
    await writer.finish(about)
    const file = BlockFile.open(writer.path, this.#index)
    if (!file) throw new Error(`${basename(writer.path)} cannot be read back`)
    this.#files.push(file)
    this.#order()
    return file
  }

  /** Takes the file away, or keeps it aside if parts of it were damaged. */
  remove(file: BlockFile): void {
    this.#files = this.#files.filter((other) => other !== file)
    this.#index.release(file.series)
    if (file.damagedRegions === 0) file.retire()
    else {
      file.moveTo(join(this.#quarantine, file.name))
      this.quarantinedFiles++
    }
  }

  /** Deletes a file to make room, and remembers up to when. */
  async removeForGood(file: BlockFile): Promise<void> {
    this.#files = this.#files.filter((other) => other !== file)
    this.#index.release(file.series)
    file.retire()
    this.horizonMs = Math.max(this.horizonMs, file.toMs)
    await writeWhole(this.#horizonPath, String(this.horizonMs))
  }

  /** What was set aside goes when the samples in it would have gone. */
  async pruneQuarantine(beforeMs: number): Promise<void> {
    for (const name of await readdir(this.#quarantine)) {
      const path = join(this.#quarantine, name)
      if ((await stat(path)).mtimeMs >= beforeMs) continue
      await rm(path)
      this.quarantinedFiles--
    }
  }

  /** Copies a damaged file of others; where there is no room for that, it is only counted. */
  async keepAside(path: string): Promise<void> {
    const copy = join(this.#quarantine, basename(path))
    if (existsSync(copy)) return
    this.quarantinedFiles++
    await copyFile(path, copy).catch((error: unknown) => {
      if (!isDiskFull(error)) throw error
    })
  }

  close(): void {
    for (const file of this.#files) file.close()
  }
}

const numberOf = ({ name }: BlockFile): number => parseInt(name.split('-')[1]!, 10)
