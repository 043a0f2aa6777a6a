import {
  closeSync,
  existsSync,
  fdatasyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { checked, Damaged, unchecked } from './checked.ts'
import { partBytes, type Filters } from './filters.ts'
import type { BlockHead, EncodedBlock } from './encode.ts'
import type { Frame } from './lines.ts'
import { SealedBlock, type BlockSource, type FilterKind } from './sealed.ts'
import type { Streams } from './streams.ts'
import { dateOf } from './time.ts'
import { decompress, decompressInPool } from './zstd.ts'

const framesPerBlockMax = 1 << 20
const filterPartsMax = 1 << 16

/** Parts of the filter of words are even, those of trigrams odd. */
const filterId = (block: number, kind: FilterKind, part: number): number =>
  block * filterPartsMax + part * 2 + (kind === 'words' ? 0 : 1)

function filterParts(block: number, filters: Filters): { id: number; bytes: Uint8Array }[] {
  return (['words', 'trigrams'] as const).flatMap((kind) => {
    const bytes = filters[kind]
    return Array.from({ length: Math.ceil(bytes.length / partBytes) }, (_, part) => ({
      id: filterId(block, kind, part),
      bytes: bytes.subarray(part * partBytes, (part + 1) * partBytes),
    }))
  })
}

/** So many blocks without a readable one between them end a salvage. */
const salvageGapMax = 2_000

const schema = `
  create table if not exists blocks (id integer primary key, generation integer not null, head blob not null);
  create table if not exists filters (id integer primary key, bytes blob not null);
  create table if not exists columns (block integer primary key, bytes blob not null);
  create table if not exists common_words (block integer primary key, bytes blob not null);
  create table if not exists word_rows (block integer primary key, bytes blob not null);
  create table if not exists frames (id integer primary key, text blob not null, metadata blob);
  create table if not exists sealed (generation integer primary key, blocks integer not null);
`

/**
 * The blocks of one day, in an SQLite file. Blocks of a generation count only once the generation is marked sealed;
 * what a crash left of an unfinished one goes when the file is opened.
 */
export class DayFile implements BlockSource {
  readonly day: number
  readonly path: string
  readonly #streams: Streams
  readonly #db: Database.Database
  readonly #statements: Statements
  readonly #commonWords: ReturnType<typeof commonWordsIn>
  readonly #onQuarantine: (id: number) => void
  #isClosed = false
  /** Stands for what of the log has been copied into the file and may not be on disk there. */
  #copy: object | null = null

  private constructor(
    db: Database.Database,
    path: string,
    day: number,
    streams: Streams,
    onQuarantine: (id: number) => void,
  ) {
    this.path = path
    this.day = day
    this.#streams = streams
    this.#onQuarantine = onQuarantine
    this.#db = db
    this.#statements = statementsOf(db)
    this.#commonWords = commonWordsIn(db)
  }

  /** @throws SqliteError where the file is damaged so that SQLite cannot read it */
  static open(dir: string, day: number, streams: Streams, onQuarantine: (id: number) => void): DayFile {
    const path = DayFile.pathOf(dir, day)
    const db = new Database(path)
    try {
      prepare(db)
      return new DayFile(db, path, day, streams, onQuarantine)
    } catch (error) {
      db.close()
      throw error
    }
  }

  static pathOf(dir: string, day: number): string {
    return join(dir, `${dateOf(day)}.db`)
  }

  /**
   * Every block but those of an unfinished attempt to seal a generation, which go. `lost` counts those that should be
   * there and cannot be read.
   */
  blocks(hasSegment: (generation: number) => boolean): { blocks: SealedBlock[]; lost: number } {
    const sealed = new Map(this.#statements.sealed.all().map(({ generation, blocks }) => [generation, blocks]))
    const found = this.#statements.heads.all()
    const unfinished = new Set(
      found.map(({ generation }) => generation).filter((one) => !sealed.has(one) && hasSegment(one)),
    )
    for (const generation of unfinished) this.discard(generation)
    const expected = [...sealed.values()].reduce((sum, count) => sum + count, 0)
    const blocks: SealedBlock[] = []
    for (const { id, generation, head } of found) {
      if (unfinished.has(generation)) continue
      const block = this.#blockOf(id, head)
      if (block) blocks.push(block)
      else this.quarantine(id)
    }
    return { blocks, lost: Math.max(0, expected - blocks.length) }
  }

  lastGeneration(): number {
    return this.#statements.lastSealed.get()?.generation ?? 0
  }

  isSealed(generation: number): boolean {
    return this.#statements.sealedOne.get(generation) !== undefined
  }

  /** Takes away what an attempt to seal the generation left. */
  discard(generation: number): void {
    this.#write(() => {
      for (const { id } of this.#statements.ofGeneration.all(generation)) this.#remove(id)
      this.#statements.unseal.run(generation)
    })
  }

  /** @throws SqliteError SQLITE_FULL */
  add(generation: number, encoded: EncodedBlock): SealedBlock {
    const statements = this.#statements
    const id = (statements.lastId.get()?.id ?? 0) + 1
    const head = checked(encoded.head, `head ${id}`)
    this.#write(() => {
      statements.addBlock.run(id, generation, head)
      for (const part of filterParts(id, encoded.filters)) {
        statements.addFilter.run(part.id, checked(part.bytes, `filter ${part.id}`))
      }
      statements.addColumns.run(id, checked(encoded.columns, `columns ${id}`))
      this.#commonWords.add.run(id, checked(encoded.commonWords, `common words ${id}`))
      this.#commonWords.addRows.run(id, checked(encoded.wordRows, `word rows ${id}`))
      encoded.frames.forEach(({ text, metadata }, index) => {
        const frame = id * framesPerBlockMax + index
        statements.addFrame.run(
          frame,
          checked(text, `text ${frame}`),
          metadata && checked(metadata, `metadata ${frame}`),
        )
      })
    })
    const block = this.#blockOf(id, head)
    if (!block) throw new Error('A block that was just written cannot be read')
    return block
  }

  /** Marks a generation as complete. */
  seal(generation: number, blocks: number): void {
    this.#write(() => void this.#statements.seal.run(generation, blocks))
  }

  /**
   * Resolves when everything that was written is on disk for good. Waits for the disk in the thread pool alone: SQLite
   * finds its log there already, copies it into the file without waiting, and empties it once the file is there too.
   * @throws SqliteError SQLITE_FULL
   */
  async checkpoint(): Promise<void> {
    await syncFile(`${this.path}-wal`)
    if (this.#isClosed) return
    this.#db.pragma('synchronous = OFF')
    this.#db.pragma('wal_checkpoint(PASSIVE)')
    this.#db.pragma('synchronous = NORMAL')
    const copy = (this.#copy = {})
    await syncFile(this.path)
    if (this.#isClosed || this.#copy !== copy) return
    this.#copy = null
    this.#db.pragma('wal_checkpoint(TRUNCATE)')
  }

  /** The blocks of a generation that is sealed; null otherwise. */
  sealedBlocks(generation: number): SealedBlock[] | null {
    if (!this.isSealed(generation)) return null
    return this.#statements.ofGeneration
      .all(generation)
      .map(({ id, head }) => this.#blockOf(id, head))
      .filter((block) => block !== null)
  }

  /** Deletes blocks; their place is used again. */
  remove(ids: number[]): void {
    this.#write(() => {
      for (const id of ids) {
        const found = this.#statements.generationOf.get(id)
        this.#remove(id)
        if (found) this.#statements.fewerSealed.run(found.generation)
      }
    })
  }

  /** Sets what is left of a block aside, beside the file, and deletes it. */
  quarantine(id: number): void {
    if (this.#isClosed) return
    this.#onQuarantine(id)
    const folder = join(dirname(this.path), 'quarantine')
    mkdirSync(folder, { recursive: true })
    const name = `${basename(this.path, '.db')}-${id}`
    try {
      writeFileSync(join(folder, `${name}.bin`), Buffer.concat(this.#parts(id)))
      this.remove([id])
    } catch (error) {
      // The pages that lead there are damaged too; what is known to be bad is found again at the next start.
      if (!(error instanceof Database.SqliteError)) throw error
    }
  }

  columns(id: number): Buffer {
    this.#checkOpen()
    return decompress(unchecked(this.#statements.columns.get(id)?.bytes, `columns ${id}`))
  }

  frame(id: number, index: number): Frame {
    const { text, metadata } = this.#compressedFrame(id, index)
    return { text: decompress(text), metadata: metadata && decompress(metadata) }
  }

  async frameLater(id: number, index: number): Promise<Frame> {
    const { text, metadata } = this.#compressedFrame(id, index)
    return { text: await decompressInPool(text), metadata: metadata && (await decompressInPool(metadata)) }
  }

  filterPart(id: number, kind: FilterKind, part: number): Buffer {
    this.#checkOpen()
    const at = filterId(id, kind, part)
    return unchecked(this.#statements.filter.get(at)?.bytes, `filter ${at}`)
  }

  commonWords(id: number): Buffer | null {
    this.#checkOpen()
    const found = this.#commonWords.find.get(id)
    return found ? unchecked(found.bytes, `common words ${id}`) : null
  }

  wordRows(id: number): Buffer | null {
    this.#checkOpen()
    const found = this.#commonWords.findRows.get(id)
    return found ? unchecked(found.bytes, `word rows ${id}`) : null
  }

  /** Takes over every block of a damaged file that is whole; tells how many that were. */
  salvage(aside: string): number {
    const db = new Database(aside)
    try {
      return this.#salvage(statementsOf(db))
    } catch (error) {
      if (isDamage(error)) return 0
      throw error
    } finally {
      db.close()
    }
  }

  #salvage(from: Statements): number {
    const blocks = new Map<number, number>()
    let missing = 0
    for (let id = 1; missing < salvageGapMax; id++) {
      const generation = this.#salvageBlock(from, id)
      if (generation === null) missing++
      else {
        missing = 0
        blocks.set(generation, (blocks.get(generation) ?? 0) + 1)
      }
    }
    for (const [generation, count] of blocks) this.seal(generation, count)
    return [...blocks.values()].reduce((sum, count) => sum + count, 0)
  }

  /** The block's generation; null where it is not there or not whole. */
  #salvageBlock(from: Statements, id: number): number | null {
    try {
      const found = from.block.get(id)
      if (!found || !this.#blockOf(id, found.head)) return null
      const columns = from.columns.get(id)
      const filters = from.filters.all(filterId(id, 'words', 0), filterId(id + 1, 'words', 0))
      const frames = from.frames.all(id * framesPerBlockMax, (id + 1) * framesPerBlockMax)
      if (!columns) return null
      this.#write(() => {
        this.#statements.addBlock.run(id, found.generation, found.head)
        for (const filter of filters) this.#statements.addFilter.run(filter.id, filter.bytes)
        this.#statements.addColumns.run(id, columns.bytes)
        for (const frame of frames) this.#statements.addFrame.run(frame.id, frame.text, frame.metadata)
      })
      return found.generation
    } catch (error) {
      if (isDamage(error)) return null
      throw error
    }
  }

  /** Bytes of the file that hold something. */
  bytes(): number {
    const pages = Number(this.#db.pragma('page_count', { simple: true }))
    const free = Number(this.#db.pragma('freelist_count', { simple: true }))
    return (pages - free) * Number(this.#db.pragma('page_size', { simple: true }))
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#settleCopy()
    this.#db.close()
  }

  delete(): void {
    this.close()
    rmSync(this.path)
    rmSync(`${this.path}-wal`, { force: true })
  }

  /** A write may begin the log anew, which then must not be needed any more. */
  #write(work: () => void): void {
    this.#settleCopy()
    this.#db.transaction(work)()
  }

  #settleCopy(): void {
    if (this.#copy) syncFileNow(this.path)
    this.#copy = null
  }

  #blockOf(id: number, sealed: Buffer): SealedBlock | null {
    try {
      const head = JSON.parse(decompress(unchecked(sealed, `head ${id}`)).toString()) as BlockHead
      return new SealedBlock(id, this.day, head, this.#streams, this)
    } catch (error) {
      if (isDamage(error)) return null
      throw error
    }
  }

  /** A search may come upon a file that retention has deleted meanwhile; its lines are gone like damaged ones. */
  #checkOpen(): void {
    if (this.#isClosed) throw new Damaged(basename(this.path))
  }

  #compressedFrame(id: number, index: number): { text: Buffer; metadata: Buffer | null } {
    this.#checkOpen()
    const frame = id * framesPerBlockMax + index
    const found = this.#statements.frame.get(frame)
    return {
      text: unchecked(found?.text, `text ${frame}`),
      metadata: found?.metadata ? unchecked(found.metadata, `metadata ${frame}`) : null,
    }
  }

  #parts(id: number): Buffer[] {
    const head = this.#statements.block.get(id)?.head
    const columns = this.#statements.columns.get(id)?.bytes
    const frames = this.#statements.frames.all(id * framesPerBlockMax, (id + 1) * framesPerBlockMax)
    return [head, columns, ...frames.map(({ text }) => text)].filter((part) => Buffer.isBuffer(part))
  }

  #remove(id: number): void {
    this.#statements.removeBlock.run(id)
    this.#statements.removeFilters.run(filterId(id, 'words', 0), filterId(id + 1, 'words', 0))
    this.#statements.removeColumns.run(id)
    this.#commonWords.remove.run(id)
    this.#commonWords.removeRows.run(id)
    this.#statements.removeFrames.run(id * framesPerBlockMax, (id + 1) * framesPerBlockMax)
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.datasync()
  } finally {
    await file.close()
  }
}

function syncFileNow(path: string): void {
  const fd = openSync(path, 'r')
  fdatasyncSync(fd)
  closeSync(fd)
}

function prepare(db: Database.Database): void {
  db.pragma('page_size = 8192')
  db.pragma('locking_mode = EXCLUSIVE')
  db.pragma('journal_mode = WAL')
  // What is in the log is durable only after `checkpoint`; until then the lines stand in a segment as well.
  db.pragma('synchronous = NORMAL')
  db.pragma('wal_autocheckpoint = 0')
  db.pragma('cache_size = -1024')
  db.pragma('cell_size_check = ON')
  db.exec(schema)
}

const isCorrupt = (error: unknown): boolean =>
  error instanceof Database.SqliteError &&
  /^SQLITE_(CORRUPT|NOTADB|IOERR_SHORT_READ|ERROR|FORMAT|MISMATCH|TOOBIG|CONSTRAINT)/.test(error.code)

/** What was read is not what was written. */
export const isDamage = (error: unknown): boolean => error instanceof Damaged || isCorrupt(error)

/** Puts a whole file aside that SQLite cannot read. */
export function quarantineFile(path: string): string {
  const folder = join(dirname(path), 'quarantine')
  mkdirSync(folder, { recursive: true })
  const aside = join(folder, `${basename(path)}.${statSync(path).mtimeMs.toFixed(0)}`)
  renameSync(path, aside)
  if (existsSync(`${path}-wal`)) renameSync(`${path}-wal`, `${aside}-wal`)
  return aside
}

type Statements = ReturnType<typeof statementsOf>

function statementsOf(db: Database.Database) {
  return {
    heads: db.prepare<[], { id: number; generation: number; head: Buffer }>('select * from blocks order by id'),
    block: db.prepare<[number], { generation: number; head: Buffer }>(
      'select generation, head from blocks where id = ?',
    ),
    generationOf: db.prepare<[number], { generation: number }>('select generation from blocks where id = ?'),
    lastId: db.prepare<[], { id: number | null }>('select max(id) as id from blocks'),
    ofGeneration: db.prepare<[number], { id: number; head: Buffer }>(
      'select id, head from blocks where generation = ?',
    ),
    sealed: db.prepare<[], { generation: number; blocks: number }>('select * from sealed'),
    sealedOne: db.prepare<[number], { generation: number }>('select generation from sealed where generation = ?'),
    seal: db.prepare<[number, number]>('insert into sealed values (?, ?)'),
    unseal: db.prepare<[number]>('delete from sealed where generation = ?'),
    lastSealed: db.prepare<[], { generation: number | null }>('select max(generation) as generation from sealed'),
    fewerSealed: db.prepare<[number]>('update sealed set blocks = blocks - 1 where generation = ?'),
    addBlock: db.prepare<[number, number, Buffer]>('insert into blocks values (?, ?, ?)'),
    addFilter: db.prepare<[number, Buffer]>('insert into filters values (?, ?)'),
    addColumns: db.prepare<[number, Buffer]>('insert into columns values (?, ?)'),
    addFrame: db.prepare<[number, Buffer, Buffer | null]>('insert into frames values (?, ?, ?)'),
    columns: db.prepare<[number], { bytes: Buffer }>('select bytes from columns where block = ?'),
    frame: db.prepare<[number], { text: Buffer; metadata: Buffer | null }>(
      'select text, metadata from frames where id = ?',
    ),
    frames: db.prepare<[number, number], { id: number; text: Buffer; metadata: Buffer | null }>(
      'select * from frames where id >= ? and id < ?',
    ),
    filter: db.prepare<[number], { bytes: Buffer }>('select bytes from filters where id = ?'),
    filters: db.prepare<[number, number], { id: number; bytes: Buffer }>(
      'select * from filters where id >= ? and id < ?',
    ),
    removeBlock: db.prepare<[number]>('delete from blocks where id = ?'),
    removeFilters: db.prepare<[number, number]>('delete from filters where id >= ? and id < ?'),
    removeColumns: db.prepare<[number]>('delete from columns where block = ?'),
    removeFrames: db.prepare<[number, number]>('delete from frames where id >= ? and id < ?'),
  }
}

/** Apart, because an older file has none, of which blocks may have to be saved. */
function commonWordsIn(db: Database.Database) {
  return {
    find: db.prepare<[number], { bytes: Buffer }>('select bytes from common_words where block = ?'),
    add: db.prepare<[number, Buffer]>('insert into common_words values (?, ?)'),
    remove: db.prepare<[number]>('delete from common_words where block = ?'),
    findRows: db.prepare<[number], { bytes: Buffer }>('select bytes from word_rows where block = ?'),
    addRows: db.prepare<[number, Buffer]>('insert into word_rows values (?, ?)'),
    removeRows: db.prepare<[number]>('delete from word_rows where block = ?'),
  }
}
