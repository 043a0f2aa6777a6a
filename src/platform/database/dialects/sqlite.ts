import { chmodSync, mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { LRUCache } from 'lru-cache'
import {
  CompiledQuery,
  Kysely,
  SqliteDialect,
  SqliteDriver,
  type DatabaseConnection,
  type QueryResult,
  type SqliteDatabase,
  type SqliteDialectConfig,
  type SqliteStatement,
} from 'kysely'
import type { OpenedEngine, Tables } from '../database.ts'
import { tellingFailures, type OnFailedQuery } from '../failed.ts'
import { createWalSync } from './walSync.ts'

/** `sqlite:///a.db` is relative to the working directory, `sqlite:////var/a.db` absolute, as in SQLAlchemy. */
export const sqliteFile = (url: string): string => resolve(url.replace(/^sqlite:(\/\/\/)?/, ''))

/** 64 MiB. */
const checkpointPagesMax = 16_384

export function openSqlite(url: string, onFailed: OnFailedQuery): OpenedEngine {
  const file = sqliteFile(url)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const writer = new Sqlite(file)
  // It holds password hashes; SQLite gives its log files the same mode.
  chmodSync(file, 0o600)
  writer.pragma('journal_mode = WAL')
  // A commit is on disk before it is acknowledged, also over a power cut: `sync` sees to that, not in this thread.
  writer.pragma('synchronous = NORMAL')
  // `sync` does so much earlier. SQLite would do it in this thread.
  writer.pragma(`wal_autocheckpoint = ${checkpointPagesMax}`)
  // SQLite waits by sleeping in this thread, which would stop every request; PatientConnection waits instead.
  writer.pragma('busy_timeout = 0')
  writer.pragma('foreign_keys = ON')
  writer.pragma('temp_store = MEMORY')
  const reader = new Sqlite(file, { readonly: true })
  reader.pragma('busy_timeout = 5000')
  const { sync, close } = createWalSync(file)
  return {
    dialect: 'sqlite',
    description: `SQLite at ${file}`,
    write: new Kysely<Tables>(tellingFailures(new ImmediateDialect({ database: preparingOnce(writer) }), onFailed)),
    read: new Kysely<Tables>(tellingFailures(new SqliteDialect({ database: preparingOnce(reader) }), onFailed)),
    sync,
    close,
  }
}

const statementsMax = 500

/** Preparing a statement costs more than running a small one, and the same few run all the time. */
function preparingOnce(database: Sqlite.Database): SqliteDatabase {
  const statements = new LRUCache<string, Sqlite.Statement>({ max: statementsMax })
  return {
    close: () => database.close(),
    prepare: (sql) => {
      const known = statements.get(sql)
      // One that is being iterated over cannot run a second time.
      if (known && !known.busy) return known as unknown as SqliteStatement
      const statement = database.prepare(sql)
      statements.set(sql, statement)
      return statement as unknown as SqliteStatement
    },
  }
}

class ImmediateDialect extends SqliteDialect {
  readonly #config: SqliteDialectConfig

  constructor(config: SqliteDialectConfig) {
    super(config)
    this.#config = config
  }

  override createDriver(): SqliteDriver {
    return new ImmediateDriver(this.#config)
  }
}

/**
 * Takes the write lock when a transaction begins. A deferred one takes it at its first write and
 * then fails at once, without waiting, if another process wrote since its first read.
 */
class ImmediateDriver extends SqliteDriver {
  override async acquireConnection(): Promise<DatabaseConnection> {
    return new PatientConnection(await super.acquireConnection())
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }
}

const waitMaxMs = 10_000

/** Waits, without stopping the event loop, while another process holds the write lock. */
class PatientConnection implements DatabaseConnection {
  readonly #connection: DatabaseConnection

  constructor(connection: DatabaseConnection) {
    this.#connection = connection
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    for (const startedAt = performance.now(); ;) {
      try {
        return await this.#connection.executeQuery<R>(query)
      } catch (error) {
        if (!isBusy(error) || performance.now() - startedAt > waitMaxMs) throw error
        await delay(1 + Math.random() * 15)
      }
    }
  }

  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    return this.#connection.streamQuery<R>(query, chunkSize)
  }
}

const isBusy = (error: unknown): boolean => error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')
