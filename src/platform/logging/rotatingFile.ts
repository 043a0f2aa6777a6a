import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname } from 'node:path'

interface Options {
  path: string
  /** Size in bytes that no file exceeds, but for a single line longer than that. */
  bytesMax: number
  /** Files kept: `path`, `path.1` (the last one put aside), `path.2`, ... */
  filesMax: number
}

/**
 * Appends lines to a file that keeps its name, and puts it aside as `path.1` when it is full. The
 * file may be moved or deleted by others (logrotate, a person) at any time; a new one is then begun.
 */
export function rotatingFile({ path, bytesMax, filesMax }: Options): (lines: string[]) => Promise<void> {
  let file: FileHandle | undefined

  async function append(lines: string[]): Promise<void> {
    try {
      for (const chunk of chunks(lines, bytesMax)) await appendChunk(chunk)
    } catch (error) {
      await file?.close()
      file = undefined
      throw error
    }
  }

  async function appendChunk(chunk: Buffer): Promise<void> {
    const { size, inode, isRegular } = await look(path)
    if (isRegular && size > 0 && size + chunk.length > bytesMax) await putAside(path, filesMax)
    else if (file !== undefined && (await file.stat()).ino === inode) return file.appendFile(chunk)

    await file?.close()
    file = undefined
    await mkdir(dirname(path), { recursive: true })
    file = await open(path, 'a', 0o640)
    return file.appendFile(chunk)
  }

  return append
}

async function look(path: string): Promise<{ size: number; inode: number; isRegular: boolean }> {
  const found = await stat(path).catch(() => undefined)
  return { size: found?.size ?? 0, inode: found?.ino ?? -1, isRegular: found?.isFile() ?? false }
}

/** Moves `path.1` to `path.2` and so on, oldest first, and `path` to `path.1`; those beyond the number kept go. */
async function putAside(path: string, filesMax: number): Promise<void> {
  const numbers = (await readdir(dirname(path)))
    .map((name) => numberOf(name, basename(path)))
    .filter((number) => number !== undefined)
  for (const number of [...numbers, 0].toSorted((a, b) => b - a)) {
    const from = number === 0 ? path : `${path}.${number}`
    if (number + 1 >= filesMax) await rm(from, { force: true })
    else await rename(from, `${path}.${number + 1}`)
  }
}

function numberOf(name: string, base: string): number | undefined {
  const digits = name.startsWith(`${base}.`) ? name.slice(base.length + 1) : ''
  return /^[1-9]\d{0,8}$/.test(digits) ? Number(digits) : undefined
}

/** Whole lines together, as many as fit. */
function chunks(lines: string[], bytesMax: number): Buffer[] {
  const result: Buffer[] = []
  let current: Buffer[] = []
  let size = 0
  for (const line of lines) {
    const bytes = Buffer.from(line)
    if (size > 0 && size + bytes.length > bytesMax) {
      result.push(Buffer.concat(current))
      current = []
      size = 0
    }
    current.push(bytes)
    size += bytes.length
  }
  return size > 0 ? [...result, Buffer.concat(current)] : result
}
