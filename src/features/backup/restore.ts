import { existsSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { sql } from 'kysely'
import { appendAudit } from '#platform/audit/append.ts'
import { checkpointFile } from '#platform/audit/checkpoints.ts'
import type { Database } from '#platform/database/database.ts'
import { sqliteFile } from '#platform/database/dialects/sqlite.ts'
import { migrate, migrationNames } from '#platform/database/migrate.ts'
import { openDatabase } from '#platform/database/open.ts'
import type { Migration } from '#platform/database/schema.ts'
import { loadOrCreateSecret, secretsFrom } from '#platform/secrets.ts'
import type { Header } from './archive.ts'
import { BackupError } from './envelope.ts'
import type { Backup } from './inspect.ts'
import { placeDatabase, placeSecret, putAside } from './place.ts'
import { tablesOf, type AnyKysely, type TableShape } from './snapshot.ts'

export interface RestoreTarget {
  databaseUrl: string
  /** Where the installation secret is kept. */
  dataDir: string
  /** The secret that a setting gives; the backup's has to be the same. */
  secretKey: string | undefined
  /** Of every feature of this version. */
  migrations: Migration[]
  now: number
}

/** Whether nothing is lost by restoring there. */
export async function isEmptyDatabase(url: string): Promise<boolean> {
  if (url.startsWith('sqlite:')) {
    const file = sqliteFile(url)
    return !existsSync(file) || statSync(file).size === 0
  }
  const database = await openDatabase(url)
  const tables = await tablesOf(anyTables(database), database.dialect)
  await database.close()
  return tables.length === 0
}

/**
 * Puts the contents of a backup in place of whatever the database holds, and brings them forward to
 * this version. With SQLite the database is built beside the old one, which is put aside at the end;
 * returns the files that were.
 * @throws BackupError when the backup cannot be used here; AppError CONFLICT when a server has the database open
 */
export async function restoreBackup(backup: Backup, target: RestoreTarget): Promise<{ putAside: string[] }> {
  const { header } = backup
  requireUsable(header, target)
  const isFile = target.databaseUrl.startsWith('sqlite:')
  const database = isFile ? await restoreFile(backup, target) : await restoreServer(backup, target)
  // They are newer than what the log now ends with, and would call it cut off.
  const checkpoints = putAside(checkpointFile(target.dataDir), target.now)
  const secret = placeSecret(target.dataDir, target.secretKey === undefined ? header.secret : null, target.now)
  return { putAside: [...database, ...checkpoints, ...secret] }
}

function requireUsable({ migrations, secret, version }: Header, target: RestoreTarget): void {
  const known = new Set(migrationNames(target.migrations))
  const newer = migrations.filter((name) => !known.has(name))
  if (newer.length > 0) {
    throw new BackupError(
      `The backup was written by Miktos ${version}, which is newer than this one (it has ${newer.join(', ')})`,
    )
  }
  if (secret !== null && target.secretKey !== undefined && target.secretKey !== secret) {
    throw new BackupError(
      'The setting secret_key is not that of the backup; set the same, or none, and the one in the backup is used',
    )
  }
}

async function restoreFile(backup: Backup, target: RestoreTarget): Promise<string[]> {
  const place = sqliteFile(target.databaseUrl)
  const beside = `${place}.restoring`
  await removeDatabase(beside)
  try {
    await fill(`sqlite:///${beside}`, backup, target)
    return placeDatabase(beside, place, target.now)
  } catch (error) {
    await removeDatabase(beside)
    throw error
  }
}

const removeDatabase = async (file: string): Promise<void> => {
  await Promise.all(['', '-wal', '-shm'].map((ending) => rm(file + ending, { force: true })))
}

async function restoreServer(backup: Backup, target: RestoreTarget): Promise<string[]> {
  await wipe(target.databaseUrl)
  await fill(target.databaseUrl, backup, target)
  return []
}

async function wipe(url: string): Promise<void> {
  const database = await openDatabase(url)
  const db = anyTables(database)
  const tables = await tablesOf(db, database.dialect)
  const ours = [...tables.toReversed().map(({ name }) => name), 'kysely_migration', 'kysely_migration_lock']
  for (const name of ours) await db.schema.dropTable(name).ifExists().execute()
  await database.close()
}

async function fill(url: string, backup: Backup, target: RestoreTarget): Promise<void> {
  const { header } = backup
  const database = await openDatabase(url)
  try {
    // First the tables as they were when the backup was made, so that later migrations find its rows.
    await migrate(
      database,
      target.migrations.filter(({ name }) => header.migrations.includes(name)),
    )
    await database.transaction((tx) => insertAll(tx as unknown as AnyKysely, database, backup))
    await migrate(database, target.migrations)
    await recordRestore(database, header, target)
  } finally {
    await database.close()
  }
}

/** The restored log says that it was restored: what happened after the backup is not in it. */
async function recordRestore(
  database: Database,
  header: Header,
  { secretKey, dataDir, now }: RestoreTarget,
): Promise<void> {
  const secret = header.secret ?? secretKey ?? loadOrCreateSecret(dataDir)
  await database.transaction((tx) =>
    appendAudit(tx, secretsFrom(secret).key('audit'), {
      at: now,
      actor_kind: 'system',
      actor_id: 'local',
      actor_label: 'local command',
      action: 'backup.restore',
      target_kind: 'backup',
      target_id: header.created_at,
      result: 'ok',
      address: null,
      request_id: null,
      before_json: null,
      after_json: JSON.stringify({ version: header.version, engine: header.engine }),
    }),
  )
}

async function insertAll(tx: AnyKysely, { dialect }: Database, backup: Backup): Promise<void> {
  const tables = await tablesOf(tx, dialect)
  for (const { name } of tables.toReversed()) await tx.deleteFrom(name).execute()
  let batch: Batch | undefined
  for await (const part of backup.read()) {
    if ('table' in part) batch = new Batch(tx, existing(part.table, tables))
    else if ('row' in part) await batch?.add(part.row)
    else if ('end' in part) await batch?.flush()
  }
  if (dialect === 'postgres') await advanceSequences(tx)
}

function existing(table: TableShape, tables: TableShape[]): TableShape {
  const here = tables.find(({ name }) => name === table.name)
  const missing = here && table.columns.find((column) => !here.columns.includes(column))
  if (!here || missing) {
    throw new BackupError(
      `Miktos has no table ${table.name}${missing ? ` with a column ${missing}` : ''}; was the backed up database its own?`,
    )
  }
  return table
}

const parametersMax = 10_000
const charactersMax = 1024 * 1024

/** Rows that are inserted together, as many as an engine takes in one statement. */
class Batch {
  readonly #tx: AnyKysely
  readonly #table: TableShape
  readonly #rowsMax: number
  #rows: Record<string, unknown>[] = []
  #characters = 0

  constructor(tx: AnyKysely, table: TableShape) {
    this.#tx = tx
    this.#table = table
    this.#rowsMax = Math.max(1, Math.floor(parametersMax / table.columns.length))
  }

  async add(row: unknown[]): Promise<void> {
    this.#rows.push(Object.fromEntries(this.#table.columns.map((column, index) => [column, row[index]])))
    for (const value of row) if (typeof value === 'string') this.#characters += value.length
    if (this.#rows.length >= this.#rowsMax || this.#characters >= charactersMax) await this.flush()
  }

  async flush(): Promise<void> {
    if (this.#rows.length > 0) await this.#tx.insertInto(this.#table.name).values(this.#rows).execute()
    this.#rows = []
    this.#characters = 0
  }
}

/** Rows came with their ids; the counters have to stand behind them. */
async function advanceSequences(tx: AnyKysely): Promise<void> {
  for (const { name, columns } of await tx.introspection.getTables()) {
    for (const column of columns.filter(({ isAutoIncrementing }) => isAutoIncrementing)) {
      const next = sql`coalesce(max(${sql.ref(column.name)}), 0) + 1`
      await sql`select setval(pg_get_serial_sequence(${name}, ${column.name}), ${next}, false) from ${sql.table(name)}`.execute(
        tx,
      )
    }
  }
}

const anyTables = ({ write }: Database): AnyKysely => write as unknown as AnyKysely
