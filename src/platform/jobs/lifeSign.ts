import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { bootId } from '../boot.ts'
import type { Stop } from '../platform.ts'

/** By which servers of one machine and data folder, in containers too, tell for certain that another has ended. */
export interface LifeSign {
  /** Lets others know that this server lives, until it stops or its process ends, however it ends. */
  give(): Stop
  /** True only where the operating system says so: false for a server elsewhere, and for one that is merely frozen. */
  isGone(instanceId: string): boolean
  /** Removes what servers left behind that have ended. */
  sweep(): void
}

/** @param instanceId of this server */
export function lifeSign(dataDir: string, name: string, instanceId: string): LifeSign {
  const boot = bootId()
  if (boot === undefined) return unknown
  const folder = join(dataDir, 'leases')
  const ending = `.${boot}.lock`
  // Locks of another kernel cannot be asked after, so each file names the one that keeps its lock.
  const fileOf = (id: string): string => join(folder, `${name}.${id}${ending}`)

  return {
    give: () => {
      const file = fileOf(instanceId)
      const unlock = locked(file, folder)
      // A file that nobody has locked would say that this server has ended.
      if (unlock) kept.add(unlock)
      else removeIfThere(file)
      return () => {
        removeIfThere(file)
        if (unlock && kept.delete(unlock)) unlock()
      }
    },
    isGone: (id) => /^[\w-]+$/.test(id) && existsSync(fileOf(id)) && isFree(fileOf(id)),
    sweep: () => {
      if (!existsSync(folder)) return
      for (const file of readdirSync(folder).filter((found) => found.startsWith(`${name}.`)))
        if (!file.endsWith(ending) || isFree(join(folder, file))) removeIfThere(join(folder, file))
    },
  }
}

const unknown: LifeSign = { give: () => () => undefined, isGone: () => false, sweep: () => undefined }

/** A lock that is forgotten is one that is given back, when memory is tidied up. */
const kept = new Set<() => void>()

function removeIfThere(file: string): void {
  if (existsSync(file)) rmSync(file, { force: true })
}

function isFree(file: string): boolean {
  const unlock = locked(file)
  unlock?.()
  return unlock !== undefined
}

/** Locks a file, through SQLite, as only one process can. Undefined when another has it, or it cannot be opened. */
function locked(file: string, folderToMake?: string): (() => void) | undefined {
  let lock: Sqlite.Database | undefined
  try {
    if (folderToMake !== undefined) mkdirSync(folderToMake, { recursive: true, mode: 0o700 })
    lock = new Sqlite(file, { timeout: 0, fileMustExist: folderToMake === undefined })
    lock.exec('begin exclusive')
    return () => void lock!.close()
  } catch {
    // On a full disk there is no sign; then the others wait until nothing was heard for long enough.
    lock?.close()
    return undefined
  }
}
