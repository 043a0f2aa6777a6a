import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { deserialize, serialize } from 'node:v8'
import { crc32 } from 'node:zlib'
import { secondMs } from '#kernel/time.ts'

export interface SpoolOptions<T> {
  /** Belongs to this spool alone; made if it is not there. */
  dir: string
  /** Beyond it the oldest go. */
  bytesMax: number
  /** Hands one over; tried again for as long as it throws, so it has to bear that one comes twice. */
  send: (item: T) => Promise<void>
  warn: (message: string, details?: Record<string, unknown>) => void
}

export interface SpoolFigures {
  /** Of the files. */
  bytes: number
  waiting: number
  /** Of those that wait, in memory only so far. */
  unwritten: number
  /** Since the spool was opened. */
  sent: number
  dropped: number
}

interface File {
  number: number
  bytes: number
  items: number
}

const headBytes = 8
/** Written together, at most so long after they came. */
const gatherMs = 50
/** While many files wait; each has as much in it as came in that time. */
const gatherLongMs = secondMs
const filesFew = 100
/** In memory, not written yet. */
const gatheredBytesMax = 32 * 1_048_576
const waitMsMax = 30 * secondMs

/**
 * A queue on disk of what is to be handed over, in order, that survives a restart. A file goes when all of it was
 * handed over, so after a crash those of the file that is being read may come again.
 */
export class Spool<T> {
  readonly #options: SpoolOptions<T>
  readonly #files: File[] = []
  readonly #stopping = new AbortController()
  #gathered: Buffer[] = []
  #gatheredBytes = 0
  /** Items that are being written. */
  #writing = 0
  #next = 0
  #sent = 0
  /** Of the oldest file, how many were handed over. */
  #done = 0
  #dropped = 0
  #failing = false
  #arrived = Promise.withResolvers<void>()
  readonly #working: Promise<unknown>

  constructor(options: SpoolOptions<T>) {
    this.#options = options
    mkdirSync(options.dir, { recursive: true })
    for (const number of numbersIn(options.dir)) {
      const path = this.#path(number)
      this.#files.push({ number, bytes: statSync(path).size, items: recordsIn(readFileSync(path)).length })
      this.#next = number + 1
    }
    this.#working = Promise.all([this.#write(), this.#deliver()])
  }

  /** Returns at once; the item is on disk soon after. */
  add(item: T): void {
    const body = serialize(item)
    if (this.#gatheredBytes + body.length > gatheredBytesMax) {
      this.#drop(1, 'the disk is too slow')
      return
    }
    const head = Buffer.allocUnsafe(headBytes)
    head.writeUInt32LE(body.length, 0)
    head.writeUInt32LE(crc32(body), 4)
    this.#gathered.push(head, body)
    this.#gatheredBytes += headBytes + body.length
  }

  figures(): SpoolFigures {
    const inFiles = this.#files.reduce((sum, { items }) => sum + items, 0)
    const bytes = this.#files.reduce((sum, file) => sum + file.bytes, 0)
    const unwritten = this.#gathered.length / 2 + this.#writing
    return {
      bytes: bytes + this.#gatheredBytes,
      waiting: inFiles + unwritten - this.#done,
      unwritten,
      sent: this.#sent,
      dropped: this.#dropped,
    }
  }

  /** What is in memory is written; what waits is handed over after the next start. */
  async close(): Promise<void> {
    this.#stopping.abort()
    this.#arrived.resolve()
    await this.#working
    await this.#writeGathered()
  }

  async #write(): Promise<void> {
    while (await this.#pause(this.#files.length < filesFew ? gatherMs : gatherLongMs)) await this.#writeGathered()
  }

  async #writeGathered(): Promise<void> {
    if (this.#gathered.length === 0) return
    const parts = this.#gathered
    const bytes = this.#gatheredBytes
    this.#gathered = []
    this.#gatheredBytes = 0
    const items = parts.length / 2
    this.#writing = items
    const number = this.#next++
    try {
      const file = await open(this.#path(number), 'wx', 0o600)
      try {
        await file.writev(parts)
        await file.datasync()
      } finally {
        await file.close()
      }
      this.#files.push({ number, bytes, items })
    } catch (error) {
      rmSync(this.#path(number), { force: true })
      this.#drop(items, String(error))
    }
    this.#writing = 0
    this.#makeRoom()
    this.#arrived.resolve()
  }

  #makeRoom(): void {
    let bytes = this.#files.reduce((sum, file) => sum + file.bytes, 0)
    while (bytes > this.#options.bytesMax && this.#files.length > 1) {
      const oldest = this.#files.shift()!
      bytes -= oldest.bytes
      rmSync(this.#path(oldest.number), { force: true })
      this.#drop(oldest.items - this.#done, 'more waits than the limit allows')
      this.#done = 0
    }
  }

  #drop(items: number, reason: string): void {
    if (this.#dropped === 0 && items > 0)
      this.#options.warn('Batches for the second store were left out', { reason, batches: items })
    this.#dropped += items
  }

  async #deliver(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const [file] = this.#files
      if (!file) {
        this.#arrived = Promise.withResolvers()
        if (this.#files.length === 0) await this.#arrived.promise
        continue
      }
      await this.#deliverFile(file)
    }
  }

  async #deliverFile(file: File): Promise<void> {
    for (const record of this.#read(file)) {
      if (!(await this.#handOver(record, file))) return
      this.#done++
      this.#sent++
    }
    if (this.#files[0] !== file) return
    this.#files.shift()
    this.#done = 0
    rmSync(this.#path(file.number), { force: true })
  }

  /** A file that cannot be read goes like one that there is no room for. */
  #read(file: File): Buffer[] {
    try {
      const records = recordsIn(readFileSync(this.#path(file.number)))
      if (records.length < file.items) this.#drop(file.items - records.length, 'a file is damaged')
      return records
    } catch (error) {
      this.#drop(file.items, String(error))
      return []
    }
  }

  /** False when the file went meanwhile, or everything ends. */
  async #handOver(record: Buffer, file: File): Promise<boolean> {
    for (let attempt = 0; this.#files[0] === file && !this.#stopping.signal.aborted; attempt++) {
      try {
        await this.#options.send(deserialize(record) as T)
        this.#failing = false
        return this.#files[0] === file
      } catch (error) {
        if (!this.#failing)
          this.#options.warn('The second store does not take what it is sent; it waits on disk', {
            reason: String(error),
          })
        this.#failing = true
        await this.#pause(Math.min(waitMsMax, 250 * 2 ** Math.min(attempt, 10)))
      }
    }
    return false
  }

  /** False when everything ends. */
  async #pause(ms: number): Promise<boolean> {
    await delay(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
    return !this.#stopping.signal.aborted
  }

  #path(number: number): string {
    return join(this.#options.dir, `${String(number).padStart(12, '0')}.spool`)
  }
}

const numbersIn = (dir: string): number[] =>
  readdirSync(dir)
    .flatMap((name) => /^(\d{12})\.spool$/.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b)

/** Up to the first that is not whole: it was being written when everything ended. */
function recordsIn(bytes: Buffer): Buffer[] {
  const records: Buffer[] = []
  for (let at = 0; at + headBytes <= bytes.length;) {
    const end = at + headBytes + bytes.readUInt32LE(at)
    const record = bytes.subarray(at + headBytes, end)
    if (end > bytes.length || crc32(record) !== bytes.readUInt32LE(at + 4)) break
    records.push(record)
    at = end
  }
  return records
}
