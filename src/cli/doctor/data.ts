import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { createFeatures } from '#features/index.ts'
import { secondMs } from '#kernel/time.ts'
import { checkpointFile, createCheckpoints } from '#platform/audit/checkpoints.ts'
import { verifyAudit } from '#platform/audit/verify.ts'
import type { Database } from '#platform/database/database.ts'
import { migrationNames } from '#platform/database/migrate.ts'
import { openDatabase } from '#platform/database/open.ts'
import { connectRedis } from '#platform/redis.ts'
import { secretsFrom } from '#platform/secrets.ts'
import { migrationsOf } from '#server/app.ts'
import { hasData } from '../data.ts'
import { fail, ok, warn, type Finding, type Patient } from './finding.ts'

const slowMs = 100

/** Reads only: a database that is not there is not made, and an old one not brought forward. */
export async function database(patient: Patient): Promise<Finding[]> {
  const { config } = patient
  if (!hasData(config)) return [warn('database', 'There is none yet', '`miktos serve` makes it')]
  const opened = await openDatabase(config.get('database_url'))
  try {
    const latencyMs = await latency(opened).catch((error: NodeJS.ErrnoException) => error)
    if (latencyMs instanceof Error) return [unreachable(opened, latencyMs)]
    const detail = `${opened.description}, answers in ${latencyMs.toFixed(1)} ms`
    const reached =
      latencyMs > slowMs
        ? warn('database', detail, 'Move it closer, or give it more to work with')
        : ok('database', detail)
    const schema = await schemaState(opened)
    return [reached, schema, ...(schema.status === 'ok' ? await contents(opened, patient) : [])]
  } finally {
    await opened.close()
  }
}

async function latency({ read }: Database): Promise<number> {
  const ask = (): Promise<unknown> => read.selectNoFrom((row) => row.val(1).as('one')).execute()
  // The first one opens the connection.
  await ask()
  const startedAt = performance.now()
  await ask()
  return performance.now() - startedAt
}

const unreachable = ({ description }: Database, { message, code }: NodeJS.ErrnoException): Finding =>
  fail(
    'database',
    `${description} cannot be used: ${message || code}`,
    'Check database_url, that the engine runs, and that this machine may connect to it',
  )

async function schemaState({ write }: Database): Promise<Finding> {
  const tables = await write.introspection.getTables({ withInternalKyselyTables: true })
  const isFresh = !tables.some(({ name }) => name === 'kysely_migration')
  const { rows } = isFresh
    ? { rows: [] }
    : await sql<{ name: string }>`select name from kysely_migration`.execute(write)
  const applied = rows.map(({ name }) => name)
  const known = migrationNames(migrationsOf(createFeatures().features))
  const newer = applied.filter((name) => !known.includes(name))
  const missing = known.length - (applied.length - newer.length)
  if (newer.length > 0)
    return fail(
      'schema',
      `The database was written by a newer version (it has ${newer.join(', ')})`,
      'Start that version, or restore a backup',
    )
  return missing > 0
    ? warn(
        'schema',
        `${missing} of ${known.length} steps are not applied yet`,
        'The next `miktos serve` applies them; make a backup before',
      )
    : ok('schema', `All ${known.length} steps are applied`)
}

const contents = async (opened: Database, patient: Patient): Promise<Finding[]> => [
  ...(await integrity(opened)),
  await auditLog(opened, patient),
  await sessions(opened, patient),
  await clock(opened, patient),
  await adminToken(opened, patient),
]

async function integrity({ dialect, write }: Database): Promise<Finding[]> {
  if (dialect !== 'sqlite') return []
  const { rows } = await sql<{ quick_check: string }>`pragma quick_check(1)`.execute(write)
  const found = rows[0]?.quick_check
  return [
    found === 'ok'
      ? ok('integrity', 'The database file is sound')
      : fail('integrity', `The database file is damaged: ${found}`, 'Stop all servers and restore a backup'),
  ]
}

async function auditLog(opened: Database, { config, now }: Patient): Promise<Finding> {
  const file = join(config.get('data_dir'), 'secret.key')
  const secret = config.get('secret_key') ?? (existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined)
  if (secret === undefined)
    return fail('audit log', 'It cannot be verified without the secret key', 'Restore secret.key from a backup')
  const key = secretsFrom(secret).key('audit')
  const checkpoints = createCheckpoints({
    file: checkpointFile(config.get('data_dir')),
    database: opened,
    key,
    now: () => now,
  })
  const { broken, records } = await verifyAudit(opened.read, key, checkpoints)
  if (!broken) return ok('audit log', `${records} records, unbroken`)
  return fail(
    'audit log',
    `Record ${broken.seq}: ${broken.reason}`,
    'Keep a copy of the database as it is, then find out who could write to it (docs/security.md)',
  )
}

const sessionsMany = 10_000

async function sessions({ read }: Database, { now }: Patient): Promise<Finding> {
  const { count } = await read
    .selectFrom('auth_sessions')
    .select((row) => row.fn.countAll().as('count'))
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow()
  const detail = `${count} open`
  return Number(count) > sessionsMany
    ? warn('sessions', detail, 'Something logs in again and again instead of keeping its token; give it an API key')
    : ok('sessions', detail)
}

const skewMax = 5 * secondMs

/** Against the newest audit record and the clock of the database server, where it has one of its own. */
async function clock({ dialect, read, write }: Database, { now }: Patient): Promise<Finding> {
  const { newest } = await read
    .selectFrom('audit_records')
    .select((row) => row.fn.max('at').as('newest'))
    .executeTakeFirstOrThrow()
  const fix = 'Let a time service set the clock (timedatectl set-ntp true); codes of authenticator apps depend on it'
  if (Number(newest ?? 0) > now + skewMax)
    return fail('clock', 'It is behind: the audit log holds records of the future', fix)
  if (dialect === 'sqlite') return ok('clock', new Date(now).toISOString())
  const startedAt = Date.now()
  const query =
    dialect === 'postgres'
      ? sql<{ ms: number }>`select extract(epoch from clock_timestamp()) * 1000 as ms`
      : sql<{ ms: number }>`select unix_timestamp(now(3)) * 1000 as ms`
  const { rows } = await query.execute(write)
  const skew = Number(rows[0]!.ms) - (startedAt + Date.now()) / 2
  const detail = `${new Date(now).toISOString()}, ${Math.abs(Math.round(skew))} ms from that of the database`
  return Math.abs(skew) > skewMax ? warn('clock', detail, fix) : ok('clock', detail)
}

async function adminToken({ read }: Database, { config }: Patient): Promise<Finding> {
  const token = config.get('admin_token')
  if (token === undefined) return ok('admin token', 'Not set')
  if (new Set(token).size < 12)
    return fail('admin token', 'It is easy to guess: it has few different characters', 'openssl rand -base64 32')
  const administrator = await read
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'admin')
    .where('state', '=', 'active')
    .executeTakeFirst()
  return administrator
    ? warn(
        'admin token',
        'It is still set although there is an administrator',
        'Give programs API keys with scopes instead, and take MIKTOS_ADMIN_TOKEN away',
      )
    : ok('admin token', 'Set, for the first steps')
}

export async function redis({ config }: Patient): Promise<Finding> {
  const url = config.get('redis_url')
  if (url === undefined) return ok('redis', 'Not used: cache, limits and events are in memory')
  const client = await connectRedis(url)
  const startedAt = performance.now()
  const answer = await client.ping().catch((error: Error) => error)
  client.disconnect()
  const ms = (performance.now() - startedAt).toFixed(1)
  if (answer === 'PONG') return ok('redis', `Answers in ${ms} ms`)
  const reason = answer instanceof Error ? answer.message : answer
  return fail(
    'redis',
    `Does not answer: ${reason}`,
    `Try it yourself: redis-cli -u REDIS_URL ping; check host, port and password of redis_url`,
  )
}
