import { setTimeout as delay } from 'node:timers/promises'
import { sql, type Kysely, type KyselyPlugin } from 'kysely'
import type { Database, Dialect, OpenedEngine, Tables, Tx } from './database.ts'
import type { OnFailedQuery } from './failed.ts'
import { isRetryable } from './failures.ts'

const attemptsMax = 8

/**
 * Opens the database that `url` names: `sqlite:///relative`, `sqlite:////absolute`, `postgres://…`,
 * `postgresql://…`, `mysql://…` or `mariadb://…`. The client library of an engine is loaded only
 * when that engine is used. The plugins see every query,
 * and `onFailed` those that fail.
 */
export async function openDatabase(
  url: string,
  plugins: readonly KyselyPlugin[] = [],
  onFailed: OnFailedQuery = () => undefined,
): Promise<Database> {
  const engine = withPlugins(await openEngine(url, onFailed), plugins)
  return {
    dialect: engine.dialect,
    description: engine.description,
    read: engine.read,
    write: engine.write,
    transaction: async (work) => {
      const result = await retrying(() => beginOn(engine.dialect, engine.write).execute(work))
      await engine.sync?.()
      return result
    },
    measurement: (work) => retrying(() => withoutSync(engine, work)),
    close: async () => {
      await engine.close?.()
      await engine.write.destroy()
      if (engine.read !== engine.write) await engine.read.destroy()
    },
  }
}

/**
 * MariaDB's default, repeatable read, would show a transaction that waited for a lock the state from
 * before the wait; PostgreSQL reads what is committed by itself, SQLite has one writer.
 */
const beginOn = (dialect: Dialect, db: Kysely<Tables>) =>
  dialect === 'mysql' ? db.transaction().setIsolationLevel('read committed') : db.transaction()

/** MariaDB can relax only the whole server, so it waits for the disk here too. */
async function withoutSync<T>({ dialect, write }: OpenedEngine, work: (tx: Tx) => Promise<T>): Promise<T> {
  if (dialect === 'postgres') {
    return write.transaction().execute(async (tx) => {
      await sql`set local synchronous_commit = off`.execute(tx)
      return work(tx)
    })
  }
  return beginOn(dialect, write).execute(work)
}

function withPlugins(engine: OpenedEngine, plugins: readonly KyselyPlugin[]): OpenedEngine {
  const wrap = (db: Kysely<Tables>): Kysely<Tables> =>
    plugins.reduce((wrapped, plugin) => wrapped.withPlugin(plugin), db)
  const write = wrap(engine.write)
  return { ...engine, write, read: engine.read === engine.write ? write : wrap(engine.read) }
}

async function openEngine(url: string, onFailed: OnFailedQuery): Promise<OpenedEngine> {
  const scheme = url.slice(0, url.indexOf(':'))
  if (scheme === 'sqlite') return (await import('./dialects/sqlite.ts')).openSqlite(url, onFailed)
  if (scheme === 'postgres' || scheme === 'postgresql')
    return (await import('./dialects/postgres.ts')).openPostgres(url, onFailed)
  if (scheme === 'mysql' || scheme === 'mariadb') return (await import('./dialects/mysql.ts')).openMysql(url, onFailed)
  throw new Error(`No database engine for "${scheme}:"; write sqlite:, postgres: or mysql:`)
}

async function retrying<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (attempt === attemptsMax || !isRetryable(error)) throw error
      // Random, so that two transactions that met once do not meet again.
      await delay(Math.random() * 10 * 2 ** attempt)
    }
  }
}

/**
 * Makes every transaction that names the same invariant wait for the one before it, on every
 * engine: an update takes the row's lock until commit.
 */
export async function lockInvariant(tx: Tx, name: 'administrators' | 'setup' | 'audit'): Promise<void> {
  await tx
    .updateTable('invariant_locks')
    .set((row) => ({ taken_count: row('taken_count', '+', 1) }))
    .where('name', '=', name)
    .execute()
}

declare module './database.ts' {
  interface Tables {
    invariant_locks: { name: string; taken_count: number }
  }
}
