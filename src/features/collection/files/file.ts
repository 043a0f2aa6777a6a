import { createHash } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { open, readdir, stat, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Position } from './positions.ts'
import { split, type Split } from './split.ts'
import type { FileSource } from './source.ts'

const headBytesMax = 256
export const chunkBytes = 256 * 1024
/** After it went out of sight its writer may still hold it. */
const leaveAfterMs = 5_000
/** A group of lines that does not go on for so long is complete. */
const groupEndsAfterMs = 2_000

export const keyOf = ({ dev, ino }: Pick<Stats, 'dev' | 'ino'>): string => `${dev}:${ino}`

/** What a file brings next; `to` is where the part ends. */
export interface Portion extends Split {
  from: number
  to: number
  head: Position['head']
}

/** A file that is read as it grows. It is held open, so it is read to its end also after it was renamed or deleted. */
export class FollowedFile {
  readonly key: string
  readonly source: FileSource
  path: string
  offset: number
  size = 0
  /** No longer among what the source names: read to its end, then forgotten. */
  leaving = false
  readonly #handle: FileHandle
  #head: Position['head']
  #grewAt: number

  private constructor(handle: FileHandle, key: string, path: string, source: FileSource) {
    this.#handle = handle
    this.key = key
    this.path = path
    this.source = source
    this.offset = 0
    this.#head = { bytes: 0, hash: '' }
    this.#grewAt = performance.now()
  }

  /**
   * From where it was left, or from its beginning when it is another file meanwhile.
   * @throws Error that says why it cannot be read
   */
  static async open(
    path: string,
    source: FileSource,
    known: (key: string) => Position | undefined,
  ): Promise<FollowedFile> {
    // A link could lead anywhere that Miktos may read, and a pipe would be waited for.
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const about = await handle.stat()
    if (!about.isFile()) {
      await handle.close()
      throw new Error('not a regular file')
    }
    const file = new FollowedFile(handle, keyOf(about), path, source)
    const position = known(file.key)
    if (position) {
      file.offset = position.offset
      file.#head = position.head
    }
    return file
  }

  get position(): Position {
    return { path: this.path, source: this.source.name, offset: this.offset, head: this.#head }
  }

  /** What came since, if it is complete. */
  async next(): Promise<Portion | undefined> {
    const { size } = await this.#handle.stat()
    if (size !== this.size) this.#grewAt = performance.now()
    this.size = size
    if (size < this.offset || (size > this.offset && !(await this.#isTheSame()))) this.#startOver()
    if (size === this.offset) return undefined
    const bytes = await this.#read(this.offset, Math.min(chunkBytes, size - this.offset))
    const isEnd = this.offset + bytes.length === size
    const portion = split(bytes, { isStart: this.source.isStart, flush: isEnd ? this.#flush() : undefined })
    if (portion.consumed === 0) return undefined
    return this.#portion(portion, this.offset, this.offset + portion.consumed)
  }

  /** Exactly the part that was read before, whatever came after it. */
  async again(from: number, to: number): Promise<Portion | undefined> {
    const { size } = await this.#handle.stat()
    if (size < to || !(await this.#isTheSame())) return undefined
    return this.#portion(
      split(await this.#read(from, to - from), { isStart: this.source.isStart, flush: 'all' }),
      from,
      to,
    )
  }

  /** It is stored. */
  advance({ to, head }: Portion): void {
    this.offset = to
    this.#head = head
  }

  get isDone(): boolean {
    return this.leaving && this.size === this.offset && this.#quietMs() > leaveAfterMs
  }

  close(): Promise<void> {
    return this.#handle.close()
  }

  async #portion(portion: Split, from: number, to: number): Promise<Portion> {
    const bytes = Math.min(headBytesMax, to)
    const head = bytes > this.#head.bytes ? { bytes, hash: await this.#hashOf(bytes) } : this.#head
    return { ...portion, from, to, head }
  }

  #flush(): 'lines' | 'all' | undefined {
    if (this.leaving && this.#quietMs() > leaveAfterMs) return 'all'
    return this.#quietMs() > groupEndsAfterMs ? 'lines' : undefined
  }

  #quietMs(): number {
    return performance.now() - this.#grewAt
  }

  /** It was emptied and is written anew, or its inode belongs to another file. */
  #startOver(): void {
    this.offset = 0
    this.#head = { bytes: 0, hash: '' }
  }

  async #isTheSame(): Promise<boolean> {
    const { bytes, hash } = this.#head
    return bytes === 0 || (await this.#hashOf(bytes)) === hash
  }

  async #hashOf(bytes: number): Promise<string> {
    return createHash('sha256')
      .update(await this.#read(0, bytes))
      .digest('base64')
  }

  async #read(from: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length)
    const { bytesRead } = await this.#handle.read(buffer, 0, length, from)
    return buffer.subarray(0, bytesRead)
  }
}

/** Where a file of which only the inode is known lies now: beside where it was, as rotation leaves it. */
export async function findBeside(path: string, key: string): Promise<string | undefined> {
  const folder = dirname(path)
  const names = await readdir(folder).catch(() => [])
  for (const candidate of [path, ...names.map((name) => join(folder, name))]) {
    const about = await stat(candidate).catch(() => undefined)
    if (about && keyOf(about) === key) return candidate
  }
  return undefined
}
