import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { ByteReader, ByteWriter } from './bytes.ts'
import { writeWhole } from './writeWhole.ts'

interface Known {
  receivedMs: number
  /** The segment of the write-ahead log that tells it. */
  segment: number
}

/**
 * Ids of the batches of the last day. The write-ahead log tells them; before a segment of it goes, its ids
 * are written to a file of their own.
 */
export class BatchIds {
  readonly #folder: string
  readonly #keptMs: number
  readonly #max: number
  /** In the order in which they came. */
  readonly #known = new Map<string, Known>()
  /** The newest id in each file. */
  readonly #files = new Map<number, number>()

  constructor(folder: string, keptMs: number, max: number) {
    this.#folder = folder
    this.#keptMs = keptMs
    this.#max = max
  }

  has(id: string, now: number): boolean {
    const known = this.#known.get(id)
    return known !== undefined && now - known.receivedMs < this.#keptMs
  }

  add(id: string, receivedMs: number, segment: number): void {
    this.#known.delete(id)
    this.#known.set(id, { receivedMs, segment })
    if (this.#known.size > this.#max) this.#known.delete(this.#known.keys().next().value!)
  }

  async load(): Promise<void> {
    for (const name of (await readdir(this.#folder)).filter((name) => name.endsWith('.ids')).toSorted()) {
      const bytes = new Uint8Array(await readFile(join(this.#folder, name)))
      const body = bytes.subarray(4)
      if (bytes.length < 4 || crc32(body) !== new ByteReader(bytes).uint32()) continue
      const segment = parseInt(name, 10)
      const reader = new ByteReader(body)
      let newestMs = 0
      while (!reader.atEnd) {
        const receivedMs = reader.float64()
        newestMs = Math.max(newestMs, receivedMs)
        this.add(reader.text(), receivedMs, segment)
      }
      this.#files.set(segment, newestMs)
    }
  }

  /** To be called before the segment goes. */
  async keep(segment: number, now: number): Promise<void> {
    const out = new ByteWriter()
    let newestMs = 0
    for (const [id, known] of this.#known) {
      if (known.segment !== segment || now - known.receivedMs >= this.#keptMs) continue
      out.float64(known.receivedMs)
      out.text(id)
      newestMs = Math.max(newestMs, known.receivedMs)
    }
    if (out.length === 0) return
    const sum = new ByteWriter(4)
    sum.uint32(crc32(out.written))
    await writeWhole(this.#path(segment), Buffer.concat([sum.written, out.written]))
    this.#files.set(segment, newestMs)
  }

  /** Forgets what is older than a day. */
  async prune(now: number): Promise<void> {
    for (const [id, { receivedMs }] of this.#known) {
      if (now - receivedMs < this.#keptMs) break
      this.#known.delete(id)
    }
    for (const [segment, newestMs] of this.#files) {
      if (now - newestMs < this.#keptMs) continue
      await rm(this.#path(segment), { force: true })
      this.#files.delete(segment)
    }
  }

  #path(segment: number): string {
    return join(this.#folder, `${String(segment).padStart(8, '0')}.ids`)
  }
}
