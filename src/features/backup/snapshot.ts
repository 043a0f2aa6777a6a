import Sqlite from 'better-sqlite3'
import { Kysely, sql, SqliteDialect, type ControlledTransaction } from 'kysely'
import type { Dialect } from '#platform/database/database.ts'
import { sqliteFile } from '#platform/database/dialects/sqlite.ts'
import { openDatabase } from '#platform/database/open.ts'

/** Tables are named by data here, not by code, so their rows have no type. */
type AnyTables = Record<string, Record<string, unknown>>
export type AnyKysely = Kysely<AnyTables>

export interface TableShape {
  name: string
  columns: string[]
}

/** All of the database as it was at one moment, whatever is written meanwhile; nobody waits for it. */
export interface Snapshot {
  engine: Dialect
  /** Names of the migrations that made its tables. */
  migrations: string[]
  /** A table stands after those it refers to. */
  tables: TableShape[]
  rows(table: TableShape): AsyncIterable<unknown[]>
  close(): Promise<void>
}

const rowsAtOnce = 500

/** Which servers run at this moment is nothing to bring back. */
const passing = new Set(['server_instances'])

/** Opens connections of its own: one that streams for minutes must not keep the server's busy. */
export async function openSnapshot(url: string): Promise<Snapshot> {
  const { db, engine, close } = await openOwn(url)
  const tx = await begin(db, engine)
  const end = async (): Promise<void> => {
    await tx.rollback().execute()
    await close()
  }
  // The first read fixes the moment.
  const migrations = await tx.selectFrom('kysely_migration').select('name').orderBy('name').execute()
  return {
    engine,
    migrations: migrations.map(({ name }) => String(name)),
    tables: (await tablesOf(tx, engine)).filter(({ name }) => !passing.has(name)),
    rows: (table) => rowsOf(tx, engine, table),
    close: end,
  }
}

async function openOwn(url: string): Promise<{ db: AnyKysely; engine: Dialect; close: () => Promise<void> }> {
  if (url.startsWith('sqlite:')) {
    // Read-only, so that its transaction is one of reading: the write lock stays free.
    const db: AnyKysely = new Kysely({
      dialect: new SqliteDialect({ database: new Sqlite(sqliteFile(url), { readonly: true }) }),
    })
    return { db, engine: 'sqlite', close: () => db.destroy() }
  }
  const database = await openDatabase(url)
  return { db: database.write as unknown as AnyKysely, engine: database.dialect, close: () => database.close() }
}

function begin(db: AnyKysely, engine: Dialect): Promise<ControlledTransaction<AnyTables>> {
  const transaction = db.startTransaction()
  return (engine === 'sqlite' ? transaction : transaction.setIsolationLevel('repeatable read')).execute()
}

/** Every table of ours, parents before children. */
export async function tablesOf(db: AnyKysely, engine: Dialect): Promise<TableShape[]> {
  const schema = engine === 'postgres' ? await currentSchema(db) : undefined
  const tables = (await db.introspection.getTables())
    .filter((table) => !table.isView && (schema === undefined || table.schema === schema))
    .map(({ name, columns }) => ({ name, columns: columns.map((column) => column.name) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return parentsFirst(tables, await referencesOf(db, engine))
}

async function currentSchema(db: AnyKysely): Promise<string> {
  const { rows } = await sql<{ name: string }>`select current_schema() as name`.execute(db)
  return rows[0]!.name
}

interface Reference {
  child: string
  parent: string
}

async function referencesOf(db: AnyKysely, engine: Dialect): Promise<Reference[]> {
  const queries = {
    sqlite: sql<Reference>`select m.name as child, f."table" as parent from sqlite_master m, pragma_foreign_key_list(m.name) f where m.type = 'table'`,
    postgres: sql<Reference>`select c.relname as child, p.relname as parent from pg_constraint k
      join pg_class c on c.oid = k.conrelid join pg_class p on p.oid = k.confrelid where k.contype = 'f'`,
    mysql: sql<Reference>`select table_name as child, referenced_table_name as parent from information_schema.key_column_usage
      where table_schema = database() and referenced_table_name is not null`,
  }
  const { rows } = await queries[engine].execute(db)
  return rows
}

function parentsFirst(tables: TableShape[], references: Reference[]): TableShape[] {
  const placed = new Set<string>()
  const ordered: TableShape[] = []
  const place = (table: TableShape): void => {
    if (placed.has(table.name)) return
    placed.add(table.name)
    for (const { parent } of references.filter(({ child }) => child === table.name)) {
      const found = tables.find(({ name }) => name === parent)
      if (found) place(found)
    }
    ordered.push(table)
  }
  tables.forEach(place)
  return ordered
}

async function* rowsOf(tx: AnyKysely, engine: Dialect, { name, columns }: TableShape): AsyncGenerator<unknown[]> {
  const rows = engine === 'postgres' ? fetched(tx, name) : tx.selectFrom(name).select(columns).stream(rowsAtOnce)
  for await (const row of rows) yield columns.map((column) => row[column])
  // A stream whose connection broke may end as if there were no more rows; the next statement tells.
  await sql`select 1`.execute(tx)
}

/** A cursor of the server: node-postgres by itself would first read the whole table into memory. */
async function* fetched(tx: AnyKysely, table: string): AsyncGenerator<Record<string, unknown>> {
  await sql`declare backup_rows no scroll cursor for select * from ${sql.table(table)}`.execute(tx)
  for (;;) {
    const { rows } = await sql<Record<string, unknown>>`fetch ${sql.lit(rowsAtOnce)} from backup_rows`.execute(tx)
    yield* rows
    if (rows.length < rowsAtOnce) break
  }
  await sql`close backup_rows`.execute(tx)
}
