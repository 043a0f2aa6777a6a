import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { isEmptyDatabase, isEncryptedBackup, openBackup, restoreBackup, type Backup } from '#features/backup/index.ts'
import { createFeatures } from '#features/index.ts'
import type { Config } from '#platform/config/config.ts'
import { sqliteFile } from '#platform/database/dialects/sqlite.ts'
import { migrationsOf } from '#server/app.ts'
import { addressOf } from '../address.ts'
import { confirmByName, readSecret } from '../ask.ts'
import { configHere, type CommandContext } from '../connect.ts'
import { CommandError } from '../failure.ts'
import { bold, type Terminal } from '../terminal.ts'
import { verify } from './audit.ts'

interface Options {
  passphraseFile?: string
  force?: boolean
  confirm?: string
  dryRun?: boolean
}

/** Always on this machine: a server that runs cannot be replaced under its own feet. */
export async function restore(
  context: CommandContext,
  [file = '']: string[],
  { passphraseFile, force, confirm, dryRun }: Options,
): Promise<number> {
  const { terminal, target } = context
  if (target.url) throw new CommandError('usage', 'A backup is restored on the machine itself', 'Leave --url out')
  const config = await configHere(context)
  const backup = await open(terminal, file, passphraseFile)
  const name = databaseName(config)
  const isEmpty = await isEmptyDatabase(config.get('database_url'))
  if (!isEmpty && !force)
    throw new CommandError(
      'conflict',
      `${name} holds data already`,
      'Add --force to replace it, or name another folder with --data-dir',
    )
  await requireNoServer(config)
  if (dryRun) {
    terminal.say(`Would ${isEmpty ? 'fill' : 'replace'} ${name}`)
    return 0
  }
  if (!isEmpty) await confirmByName(terminal, `This replaces everything in ${name}.`, name, confirm)
  const done = terminal.progress('Restoring …')
  const { putAside } = await restoreBackup(backup, targetOf(config)).finally(done)
  for (const path of putAside) terminal.say(`Put aside: ${path}`)
  const exit = await verify({ ...context, target: { ...target, local: true } })
  if (exit === 0) terminal.say('Restored into ', bold(name), '. Start it with `miktos serve`.')
  return exit
}

async function open(terminal: Terminal, file: string, passphraseFile: string | undefined): Promise<Backup> {
  if (!existsSync(file)) throw new CommandError('notFound', `There is no file ${file}`)
  const encrypted = await isEncryptedBackup(file)
  const passphrase = encrypted ? await readSecret(terminal, 'Passphrase: ', { file: passphraseFile }) : undefined
  if (encrypted && passphrase === undefined)
    throw new CommandError('usage', 'The passphrase is missing', 'Add --passphrase-file FILE, or - for standard input')
  const done = terminal.progress('Checking the whole file …')
  const backup = await openBackup(file, passphrase).finally(done)
  const { header, tables, rows } = backup
  terminal.say(
    `The file is whole: ${rows} rows in ${tables.length} tables, written ${header.created_at} by Miktos ${header.version} on ${header.engine}`,
  )
  return backup
}

const databaseName = (config: Config): string => {
  const url = config.get('database_url')
  return url.startsWith('sqlite:') ? basename(sqliteFile(url)) : new URL(url).pathname.slice(1)
}

/** With SQLite the file itself tells; a database on a server is told by a Miktos that answers. */
async function requireNoServer(config: Config): Promise<void> {
  const url = addressOf(config)
  const answers = await fetch(`${url}/livez`, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  )
  if (answers && !config.get('database_url').startsWith('sqlite:'))
    throw new CommandError('conflict', `A server answers at ${url}`, 'Stop it first: miktos stop --all')
}

function targetOf(config: Config) {
  return {
    databaseUrl: config.get('database_url'),
    dataDir: config.get('data_dir'),
    secretKey: config.get('secret_key'),
    migrations: migrationsOf(createFeatures().features),
    now: Date.now(),
  }
}
