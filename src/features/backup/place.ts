import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { AppError } from '#kernel/errors.ts'
import { iso } from '#kernel/time.ts'

/** Puts a finished SQLite file in its place; returns what stood there, under its new name. */
export function placeDatabase(finished: string, place: string, now: number): string[] {
  const replaced = existsSync(place) ? moveAside(place, now) : []
  renameSync(finished, place)
  syncFolder(dirname(place))
  return replaced
}

function moveAside(file: string, now: number): string[] {
  requireUnused(file)
  // What is left of the log belongs to the old database: beside the new one it would be played into it.
  return ['', '-wal', '-shm'].flatMap((ending) => putAside(file, now, ending))
}

/** Renames a file to `….replaced-<time>`, if there is one. */
export function putAside(file: string, now: number, ending = ''): string[] {
  if (!existsSync(file + ending)) return []
  const aside = `${file}.replaced-${iso(now).replaceAll(':', '')}${ending}`
  renameSync(file + ending, aside)
  return [aside]
}

/** Leaving WAL mode needs the database for oneself; it also writes the log into the file. */
function requireUnused(file: string): void {
  const database = new Sqlite(file, { timeout: 0 })
  try {
    database.pragma('journal_mode = DELETE')
  } catch (error) {
    // A file that is damaged beyond opening is a good reason to restore.
    if (error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')) {
      throw new AppError('CONFLICT', `A server has ${file} open; stop it first`, { file })
    }
  } finally {
    database.close()
  }
}

/** Writes the installation secret; returns where another one went. */
export function placeSecret(dataDir: string, secret: string, now: number): string[] {
  const file = join(dataDir, 'secret.key')
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  if (existsSync(file) && readFileSync(file, 'utf8').trim() === secret) return []
  const replaced = putAside(file, now)
  const beside = `${file}.restoring`
  writeFileSync(beside, `${secret}\n`, { mode: 0o600, flush: true })
  renameSync(beside, file)
  syncFolder(dataDir)
  return replaced
}

/** A new name is only as durable as the folder that holds it. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  fsyncSync(handle)
  closeSync(handle)
}
