import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join, basename } from 'node:path'
import * as z from 'zod'
import { Board } from './board.ts'

/** What the folder of dashboards held when it was read. */
export interface FileBoards {
  /** By id, which is the file's name without its ending. */
  boards: ReadonlyMap<string, Board>
  /** Files that are none, each with the reason. */
  problems: readonly { file: string; message: string }[]
  /** Differs when a file does. */
  stamp: string
}

export const noFiles: FileBoards = { boards: new Map(), problems: [], stamp: '' }

/** Looked at again at most this often. */
const freshMs = 2_000

/** The folder as it is now: what was changed there shows within seconds. */
export function watchFiles(folder: string | undefined, now: () => number): () => Promise<FileBoards> {
  if (folder === undefined) return async () => noFiles
  let read: { at: number; files: FileBoards } | undefined
  return async () => {
    if (read && now() - read.at < freshMs) return read.files
    const names = await boardFiles(folder)
    const stamp = names instanceof Error ? names.message : await stampOf(folder, names)
    if (read?.files.stamp === stamp) read.at = now()
    else read = { at: now(), files: await filesOf(folder, names, stamp) }
    return read.files
  }
}

async function filesOf(folder: string, names: string[] | Error, stamp: string): Promise<FileBoards> {
  if (names instanceof Error) return { ...noFiles, problems: [{ file: folder, message: names.message }], stamp }
  return { ...(await readFiles(folder, names)), stamp }
}

async function boardFiles(folder: string): Promise<string[] | Error> {
  try {
    const names = await readdir(folder)
    return names.filter((name) => /^[\w.-]+\.ya?ml$/.test(name)).toSorted()
  } catch (error) {
    if (error instanceof Error) return error
    throw error
  }
}

async function stampOf(folder: string, names: readonly string[]): Promise<string> {
  const stats = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => undefined)))
  return names.map((name, index) => `${name}:${stats[index]?.mtimeMs}:${stats[index]?.size}`).join('\n')
}

async function readFiles(folder: string, names: readonly string[]): Promise<Omit<FileBoards, 'stamp'>> {
  // Loaded where there is such a folder: its many modules would slow every other start.
  const { parse } = await import('yaml')
  const boards = new Map<string, Board>()
  const problems: { file: string; message: string }[] = []
  for (const file of names) {
    try {
      const parsed = Board.safeParse(parse(await readFile(join(folder, file), 'utf8')))
      if (parsed.success) boards.set(basename(file, extname(file)), parsed.data)
      else problems.push({ file, message: z.prettifyError(parsed.error) })
    } catch (error) {
      // Not YAML, or gone since it was listed; the other files are good all the same.
      problems.push({ file, message: error instanceof Error ? error.message : String(error) })
    }
  }
  return { boards, problems }
}
