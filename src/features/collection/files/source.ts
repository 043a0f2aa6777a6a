import { glob, lstat, realpath } from 'node:fs/promises'
import { sep } from 'node:path'
import { secondMs } from '#kernel/time.ts'
import { compileExpression, type Labels } from '#platform/telemetry/labels.ts'
import { keyOf } from './file.ts'

/** Files that are read together. */
export interface FileSource {
  name: string
  /** Absolute; may hold `*`, `?`, `**` and `{a,b}`. */
  pattern: string
  labels: Labels
  isStart?: (line: string) => boolean
}

export const filesMax = 512
const globMsMax = 5 * secondMs
const compressed = /\.(gz|bz2|xz|zst|lz4|zip)$/
/** A pattern looks only at so much of a line. */
const startCharactersMax = 1_000

/** @throws AppError VALIDATION_FAILED for a pattern that is no regular expression */
export function startTest(pattern: string): (line: string) => boolean {
  const expression = compileExpression(pattern)
  return (line) => expression.matcher(line.slice(0, startCharactersMax)).find()
}

export interface Found {
  files: Map<string, string>
  /** Why one that was named is not read, by path; `` for the source as a whole. */
  problems: Map<string, string>
}

/** What a source names now: paths by device and inode. `own` is what Miktos writes itself and never reads. */
export async function findFiles({ pattern }: FileSource, own: readonly string[]): Promise<Found> {
  const found: Found = { files: new Map(), problems: new Map() }
  const startedAt = performance.now()
  for await (const path of glob(pattern)) {
    if (compressed.test(path)) continue
    const problem = await problemOf(path, own, found.files)
    if (problem !== undefined && found.problems.size < filesMax) found.problems.set(path, problem)
    if (found.files.size >= filesMax) {
      found.problems.set('', `more than ${filesMax} files`)
      break
    }
    if (performance.now() - startedAt > globMsMax) {
      found.problems.set('', `looking for files took longer than ${globMsMax} ms`)
      break
    }
  }
  return found
}

/** Undefined where it may be read, or is nothing to be read such as a folder. */
async function problemOf(
  path: string,
  own: readonly string[],
  files: Map<string, string>,
): Promise<string | undefined> {
  try {
    const about = await lstat(path)
    if (about.isDirectory()) return undefined
    if (about.isSymbolicLink()) return 'a symbolic link; name the file that it leads to'
    if (!about.isFile()) return 'not a regular file'
    const real = await realpath(path)
    if (own.some((one) => real === one || real.startsWith(one + sep))) return 'belongs to Miktos itself'
    files.set(keyOf(about), path)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
