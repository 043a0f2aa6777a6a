import { existsSync, readFileSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { appendAudit } from '#platform/audit/append.ts'
import { checkpointFile } from '#platform/audit/checkpoints.ts'
import type { Database } from '#platform/database/database.ts'
import { sqliteFile } from '#platform/database/dialects/sqlite.ts'
import { migrate, migrationNames } from '#platform/database/migrate.ts'
import { openDatabase } from '#platform/database/open.ts'
import type { Migration } from '#platform/database/schema.ts'
import { secretsFrom } from '#platform/secrets.ts'
import { fingerprintOf, type Header } from './archive.ts'
import { BackupError } from './envelope.ts'
import type { Backup } from './inspect.ts'
import { placeDatabase, placeSecret, putAside } from './place.ts'
import { insertAll } from './rows.ts'
import { tablesOf, type AnyKysely } from './snapshot.ts'

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
  requireNotNewer(header, target)
  const secret = secretFor(header, target)
  const isFile = target.databaseUrl.startsWith('sqlite:')
  const database = isFile ? await restoreFile(backup, target, secret) : await restoreServer(backup, target, secret)
  // They are newer than what the log now ends with, and would call it cut off.
  const checkpoints = putAside(checkpointFile(target.dataDir), target.now)
  const otherSecret = target.secretKey === undefined ? placeSecret(target.dataDir, secret, target.now) : []
  return { putAside: [...database, ...checkpoints, ...otherSecret] }
}

function requireNotNewer({ migrations, version }: Header, target: RestoreTarget): void {
  const known = new Set(migrationNames(target.migrations))
  const newer = migrations.filter((name) => !known.has(name))
  if (newer.length === 0) return
  throw new BackupError(
    `The backup was written by Miktos ${version}, which is newer than this one (it has ${newer.join(', ')})`,
  )
}

/** The secret that the backup was written under: without it nobody could log in, and the audit log would not verify. */
function secretFor({ secret: brought, fingerprint }: Header, { secretKey, dataDir }: RestoreTarget): string {
  const file = join(dataDir, 'secret.key')
  const secret = secretKey ?? brought ?? (existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined)
  if (secret === undefined) {
    throw new BackupError(
      `The backup is not encrypted and does not hold the installation secret; put secret.key of that installation in place first, as ${file}`,
    )
  }
  if (fingerprintOf(secretsFrom(secret)) === fingerprint) return secret
  throw new BackupError(
    secretKey === undefined
      ? `${file} is not the secret of the backup; put that of its installation in place first`
      : 'The setting secret_key is not that of the backup; set the same, or none, and the one in the backup is used',
  )
}

async function restoreFile(backup: Backup, target: RestoreTarget, secret: string): Promise<string[]> {
  const place = sqliteFile(target.databaseUrl)
  const beside = `${place}.restoring`
  await removeDatabase(beside)
  try {
    await fill(`sqlite:///${beside}`, backup, target, secret)
    return placeDatabase(beside, place, target.now)
  } catch (error) {
    await removeDatabase(beside)
    throw error
  }
}

const removeDatabase = async (file: string): Promise<void> => {
  await Promise.all(['', '-wal', '-shm'].map((ending) => rm(file + ending, { force: true })))
}

async function restoreServer(backup: Backup, target: RestoreTarget, secret: string): Promise<string[]> {
  await wipe(target.databaseUrl)
  await fill(target.databaseUrl, backup, target, secret)
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

async function fill(url: string, backup: Backup, { migrations, now }: RestoreTarget, secret: string): Promise<void> {
  const { header } = backup
  const database = await openDatabase(url)
  try {
    // First the tables as they were when the backup was made, so that later migrations find its rows.
    await migrate(
      database,
      migrations.filter(({ name }) => header.migrations.includes(name)),
    )
    await database.transaction((tx) => insertAll(tx as unknown as AnyKysely, database.dialect, backup))
    await migrate(database, migrations)
    await recordRestore(database, header, secret, now)
  } finally {
    await database.close()
  }
}

/** The restored log says that it was restored: what happened after the backup is not in it. */
async function recordRestore(database: Database, header: Header, secret: string, now: number): Promise<void> {
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

const anyTables = ({ write }: Database): AnyKysely => write as unknown as AnyKysely
