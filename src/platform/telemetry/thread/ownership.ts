import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { AppError } from '#kernel/errors.ts'

/** A server that restarts may have to wait for the one before it. */
const waitMaxMs = 10_000

/**
 * Makes this process the only one that writes in `dir`, until the returned function is called or the
 * process ends, however it ends: the lock is the operating system's, held through SQLite.
 * @throws AppError UPSTREAM_UNAVAILABLE when another process keeps it
 */
export async function own(dir: string, name: string): Promise<() => void> {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const lock = new Sqlite(join(dir, 'owner.lock'), { timeout: 0 })
  for (const startedAt = performance.now(); ;) {
    try {
      lock.exec('begin exclusive')
      return () => void lock.close()
    } catch (error) {
      if (!(error instanceof Sqlite.SqliteError) || !error.code.startsWith('SQLITE_BUSY')) throw error
      if (performance.now() - startedAt > waitMaxMs) {
        lock.close()
        throw new AppError(
          'UPSTREAM_UNAVAILABLE',
          `Another server process holds the ${name} store of this data folder`,
          {
            component: name,
          },
        )
      }
      await delay(50)
    }
  }
}
