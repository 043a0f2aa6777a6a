import type { Kysely, Transaction } from 'kysely'

/** Every table of the product; each feature adds its own where it defines them. */
// oxlint-disable-next-line no-empty-interface -- filled by declaration merging
export interface Tables {}

export type Dialect = 'sqlite' | 'postgres' | 'mysql'

/** What may be done outside a transaction of `ctx.change`: reading. */
export type ReadDb = Pick<Kysely<Tables>, 'selectFrom' | 'fn' | 'with' | 'selectNoFrom'>
export type Tx = Transaction<Tables>

/**
 * The state database. `read` never waits for a writer on SQLite (it is a connection of its own);
 * `write` is for rows that are measurements rather than changes (activity, heartbeats) of one server
 * alone: unlike `transaction` it does not try again when the engine reports a deadlock. Changes go through `ctx.change`.
 */
export interface Database {
  readonly dialect: Dialect
  /** Where it is, without credentials: `SQLite at /srv/miktos.db`, `PostgreSQL at db:5432/miktos`. */
  readonly description: string
  readonly read: ReadDb
  readonly write: Kysely<Tables>
  /** Runs `work` in one transaction; runs it again when the engine reports a deadlock or a serialisation failure. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /**
   * The same for measurements: whole or not at all and safe from a crash of this process, but a power
   * cut may take the last second, because nothing waits for the disk.
   */
  measurement<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** One adapter as it opens: two handles that may be the same pool. */
export interface OpenedEngine {
  dialect: Dialect
  description: string
  read: Kysely<Tables>
  write: Kysely<Tables>
  /** Resolves when what is committed is on disk. Absent where a commit itself does that. */
  sync?: () => Promise<void>
  /** Releases what it has beside its connections. */
  close?: () => Promise<void>
}
