import { readdirSync, mkdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { arrange } from './arrange.ts'
import type { Batches } from './batches.ts'
import { isDamage } from './dayFile.ts'
import type { Days } from './days.ts'
import type { EncodedBlock } from './encode.ts'
import { Encoder } from './encoder.ts'
import type { Group } from './group.ts'
import { Head, type HeadDay } from './head.ts'
import type { Block } from './lines.ts'
import { rawBlockOf, type BlockSizes } from './seal.ts'
import type { SealedBlock } from './sealed.ts'
import { replaySegment, Segment, syncFolder } from './segment.ts'
import { storageError, type Warn } from './storage.ts'
import type { Streams } from './streams.ts'

export interface HeadSizes extends BlockSizes {
  /** Lines, and bytes of text, after which a head is sealed. */
  headLines: number
  headBytes: number
}

/** Full heads there may be of lines that are not encoded; with more, appends wait for one block after the other. */
const backlogHeadsMax = 1.75
/** Blocks that are written before the disk is waited for. */
const checkpointBlocks = 4
/** After an attempt to seal has failed. */
const retryMs = 250

/** The generations that have a segment in a folder, the oldest first. */
export const segmentsIn = (dir: string): number[] =>
  readdirSync(dir)
    .map((name) => /^(\d+)\.segment$/.exec(name)?.[1])
    .filter((found) => found !== undefined)
    .map(Number)
    .toSorted((a, b) => a - b)

interface Generation {
  head: Head
  segment: Segment
  /** The share of its lines that blocks have been made of. */
  encoded: number
}

export interface HeadsOptions {
  dir: string
  sizes: HeadSizes
  streams: Streams
  days: Days
  batches: Batches
  now: () => number
  /** The first day whose lines are kept. */
  oldestDay: () => number
  batchMemoryMs: number
  warn: Warn
}

/** The generations that are not sealed: one that takes lines, and full ones on their way into blocks. */
export class Heads {
  readonly #options: HeadsOptions
  readonly #encoder = new Encoder()
  #open!: Generation
  #full: Generation[] = []
  #sealing: Promise<void> | null = null
  #failedAtMs = -Infinity
  #failure: unknown = null
  #isClosing = false
  #nextStep = Promise.withResolvers<void>()
  #turn: Promise<unknown> = Promise.resolve()
  /** Bytes at the ends of segments that belonged to no whole record when the store was opened. */
  tornBytes = 0
  /** Stretches in the middle of segments that could not be read. */
  damagedRecords = 0

  private constructor(options: HeadsOptions) {
    this.#options = options
  }

  /** Reads the segments that a former run has left. */
  static async open(options: HeadsOptions): Promise<Heads> {
    const heads = new Heads(options)
    for (const generation of segmentsIn(options.dir)) heads.#full.push(await heads.#replay(generation))
    const last = heads.#full.at(-1)
    if (last && !heads.#isFull(last.head)) heads.#open = heads.#full.pop()!
    else await heads.#begin()
    heads.#sealLater()
    return heads
  }

  hasBatch(id: string): boolean {
    return this.#all().some(({ head }) => head.batches.has(id))
  }

  get days(): number[] {
    return this.#all().flatMap(({ head }) => [...head.days.keys()])
  }

  blocks(day: number): Block[] {
    return this.#all().flatMap(({ head }) => head.days.get(day)?.chunks.map((chunk) => chunk.snapshot()) ?? [])
  }

  get lines(): number {
    return this.#all().reduce((sum, { head }) => sum + head.lines, 0)
  }

  /** Bytes of the segments. */
  bytes(): number {
    return this.#all().reduce((sum, { segment }) => sum + segment.length, 0)
  }

  /** Resolves when a line may be taken in. @throws AppError INSUFFICIENT_STORAGE when sealing has no room to go on */
  async room(): Promise<void> {
    while (this.#full.length > 0 && this.#backlog() > backlogHeadsMax) {
      this.#sealLater()
      if (!this.#sealing) throw storageError(this.#failure)
      await this.#nextStep.promise
    }
  }

  /** Resolves when the group is on disk and can be found. */
  write(group: Group): Promise<void> {
    return this.#alone(async () => {
      if (this.#isFull(this.#open.head)) await this.#begin(this.#open)
      const { head, segment } = this.#open
      await segment.append(group, this.#options.streams)
      head.add(group)
    })
  }

  /** Puts all lines that are there now into blocks. @throws AppError INSUFFICIENT_STORAGE */
  async seal(): Promise<void> {
    await this.#alone(async () => {
      if (this.#open.head.lines > 0) await this.#begin(this.#open)
    })
    await this.#sealing
    this.#failedAtMs = -Infinity
    this.#sealLater()
    await this.#sealing
    if (this.#full.length > 0 && this.#failure) throw storageError(this.#failure)
  }

  /** A head that is being sealed stays as it is: the next run seals it anew. */
  async close(): Promise<void> {
    this.#isClosing = true
    await this.#sealing
    await this.#encoder.close()
    for (const { segment } of this.#all()) await segment.close()
  }

  #all(): Generation[] {
    return [...this.#full, this.#open]
  }

  /** How full a head is; 1 is full. */
  #fill({ lines, bytes }: Head): number {
    const { headLines, headBytes } = this.#options.sizes
    return Math.max(lines / headLines, bytes / headBytes)
  }

  #isFull(head: Head): boolean {
    return this.#fill(head) >= 1
  }

  #backlog(): number {
    return this.#all().reduce((sum, { head, encoded }) => sum + this.#fill(head) * (1 - encoded), 0)
  }

  #pathOf(generation: number): string {
    return join(this.#options.dir, `${generation}.segment`)
  }

  /** What replaces the open generation, or adds to it, happens one after the other. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }

  async #begin(full?: Generation): Promise<void> {
    const generation = this.#nextGeneration()
    const segment = await Segment.open(this.#pathOf(generation), 0)
    await syncFolder(this.#options.dir)
    if (full) this.#full.push(full)
    this.#open = { head: new Head(generation), segment, encoded: 0 }
    this.#sealLater()
  }

  /** Never one that was there before, even where all traces of it are gone. */
  #nextGeneration(): number {
    const { days, now } = this.#options
    const known = [...this.#full, this.#open].map((generation) => generation?.head.generation ?? 0)
    return Math.max(now(), days.lastGeneration() + 1, ...known.map((generation) => generation + 1))
  }

  async #replay(generation: number): Promise<Generation> {
    const { streams, days } = this.#options
    const head = new Head(generation)
    const path = this.#pathOf(generation)
    const { length, torn, damaged } = replaySegment(path, streams, (group) =>
      head.add(group, (day) => !days.isSealed(day, generation)),
    )
    this.tornBytes += torn
    if (torn > 0) this.#options.warn('The end of an unfinished write of logs was cut off', { path, bytes: torn })
    damaged.forEach((bytes, index) => this.#quarantine(`${generation}-${index}.segment`, bytes))
    return { head, segment: await Segment.open(path, length), encoded: 0 }
  }

  #quarantine(name: string, bytes: Buffer): void {
    this.damagedRecords++
    this.#options.warn('Fresh lines were damaged and are set aside', { name, bytes: bytes.length })
    const folder = join(this.#options.dir, 'quarantine')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, name), bytes)
  }

  #sealLater(): void {
    const mayTry = performance.now() - this.#failedAtMs >= retryMs
    if (this.#sealing || this.#full.length === 0 || !mayTry) return
    this.#sealing = this.#sealAll().finally(() => {
      this.#sealing = null
      this.#step()
    })
  }

  /** Lets appends look again whether there is room. */
  #step(): void {
    this.#nextStep.resolve()
    this.#nextStep = Promise.withResolvers()
  }

  async #sealAll(): Promise<void> {
    try {
      while (this.#full.length > 0) await this.#sealOne(this.#full[0]!)
      this.#failure = null
    } catch (error) {
      // The lines are safe in their segment and go on being found; it is tried again with the next append.
      this.#failure = error
      this.#failedAtMs = performance.now()
      if (!this.#isClosing)
        this.#options.warn('Fresh lines could not be put into blocks; it is tried again', { reason: String(error) })
    }
  }

  async #sealOne(generation: Generation): Promise<void> {
    const { days, batches, dir, now, batchMemoryMs } = this.#options
    const sealed: [day: number, blocks: SealedBlock[]][] = []
    generation.encoded = 0
    const onEncoded = (lines: number): void => {
      generation.encoded += lines / generation.head.lines
      this.#step()
    }
    for (const day of generation.head.days.values()) sealed.push([day.day, await this.#sealDay(day, onEncoded)])
    batches.add([...generation.head.batches.keys()], now(), now() - batchMemoryMs)
    // In one turn, so that no search sees lines twice or not at all.
    for (const [day, blocks] of sealed) if (blocks.length > 0) days.publish(day, blocks)
    this.#full.shift()
    await generation.segment.close()
    await rm(generation.segment.path)
    await syncFolder(dir)
  }

  async #sealDay(day: HeadDay, onEncoded: (lines: number) => void): Promise<SealedBlock[]> {
    const { days, oldestDay } = this.#options
    if (day.day < oldestDay()) return []
    try {
      return await this.#sealInto(day, onEncoded)
    } catch (error) {
      if (isDamage(error)) days.rebuild(day.day)
      throw error
    }
  }

  async #sealInto(day: HeadDay, onEncoded: (lines: number) => void): Promise<SealedBlock[]> {
    const { days, streams, sizes } = this.#options
    const file = days.file(day.day)
    // What an earlier attempt may have left in the log, where only this last step failed.
    await file.checkpoint()
    const before = file.sealedBlocks(day.generation)
    if (before) return before
    file.discard(day.generation)
    const blocks: SealedBlock[] = []
    const portions = arrange(day, streams, sizes)
    for await (const encoded of this.#encoded(day, portions)) {
      if (this.#isClosing) throw new Error('The store is closing')
      blocks.push(file.add(day.generation, encoded))
      // A few at a time, because all at once would take this thread for as long as appends should not wait.
      if (blocks.length % checkpointBlocks === 0) await file.checkpoint()
      onEncoded(portions[blocks.length - 1]!.length)
    }
    file.seal(day.generation, blocks.length)
    await file.checkpoint()
    return blocks
  }

  /** One block after the other; while it is written, the next one is encoded. */
  async *#encoded(day: HeadDay, portions: Uint32Array[]): AsyncGenerator<EncodedBlock> {
    const { streams, sizes } = this.#options
    const encode = (rows: Uint32Array | undefined): Promise<EncodedBlock> | null =>
      rows ? this.#encoder.encode(rawBlockOf(day, rows, streams, sizes, (bytes) => this.#encoder.memory(bytes))) : null
    let next = encode(portions[0])
    try {
      for (let at = 1; next; at++) {
        const encoded = await next
        next = encode(portions[at])
        yield encoded
      }
    } finally {
      // The encoder takes one at a time; where writing has failed, the next attempt finds it free.
      await next?.catch(() => undefined)
    }
  }
}
