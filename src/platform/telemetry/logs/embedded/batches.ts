import { join } from 'node:path'
import Database from 'better-sqlite3'
import { isDamage, quarantineFile } from './dayFile.ts'
import type { Warn } from './storage.ts'

/** The ids of batches whose lines are in blocks. Ids of fresher ones stand in the segments. */
export class Batches {
  readonly #path: string
  readonly #warn: Warn
  #table: Table

  constructor(dir: string, warn: Warn) {
    this.#warn = warn
    this.#path = join(dir, 'batches.db')
    this.#table = this.#opened()
  }

  has(id: string): boolean {
    return this.#guarded(({ find }) => find.get(id) !== undefined)
  }

  /** Remembers ids, and forgets some of those older than `forgetBeforeMs`. */
  add(ids: readonly string[], nowMs: number, forgetBeforeMs: number): void {
    this.#guarded(({ db, add, forget }) =>
      db.transaction(() => {
        for (const id of ids) add.run(id, nowMs)
        forget.run(forgetBeforeMs)
      })(),
    )
  }

  close(): void {
    this.#table.db.close()
  }

  #opened(): Table {
    try {
      return tableIn(this.#path)
    } catch (error) {
      if (!isDamage(error)) throw error
      return this.#renewed()
    }
  }

  #renewed(): Table {
    const aside = quarantineFile(this.#path)
    this.#warn('The ids of recent batches of logs were damaged and are forgotten', { aside })
    return tableIn(this.#path)
  }

  /** A damaged file is set aside, and what it knew is forgotten: better than to take nothing in any more. */
  #guarded<T>(work: (table: Table) => T): T {
    try {
      return work(this.#table)
    } catch (error) {
      if (!isDamage(error)) throw error
      this.#table.db.close()
      this.#table = this.#renewed()
      return work(this.#table)
    }
  }
}

type Table = ReturnType<typeof tableIn>

function tableIn(path: string) {
  const db = new Database(path)
  try {
    return prepared(db)
  } catch (error) {
    db.close()
    throw error
  }
}

function prepared(db: Database.Database) {
  db.pragma('locking_mode = EXCLUSIVE')
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec('create table if not exists batches (id text primary key, at integer not null) without rowid')
  db.exec('create index if not exists batches_at on batches (at)')
  return {
    db,
    find: db.prepare<[string], { id: string }>('select id from batches where id = ?'),
    add: db.prepare<[string, number]>('insert or replace into batches values (?, ?)'),
    forget: db.prepare<[number]>('delete from batches where id in (select id from batches where at < ? limit 5000)'),
  }
}
