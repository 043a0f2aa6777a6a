import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe } from 'node:test'
import mysql from 'mysql2/promise'
import pg from 'pg'

/** A database engine that the suites run on; `url` is undefined where there is no server for it. */
export interface Engine {
  name: 'SQLite' | 'PostgreSQL' | 'MariaDB'
  url: string | undefined
  /** The URL of a new, empty database. It is dropped when the test file has ended. */
  freshUrl(): Promise<string>
}

/** Undoes what `freshUrl` made, after every test of the file has closed what it opened. */
const cleanUp: (() => Promise<unknown>)[] = []
after(async () => {
  for (const undo of cleanUp) await undo()
})

const postgresUrl = process.env['MIKTOS_TEST_POSTGRES_URL']
const mariadbUrl = process.env['MIKTOS_TEST_MARIADB_URL']

export function databaseEngines(): Engine[] {
  return [
    { name: 'SQLite', url: `sqlite:///${tmpdir()}`, freshUrl: freshSqlite },
    { name: 'PostgreSQL', url: postgresUrl, freshUrl: freshPostgres },
    { name: 'MariaDB', url: mariadbUrl, freshUrl: freshMariadb },
  ]
}

/** One suite per engine, `title on PostgreSQL`; those of engines that are not there are skipped by name. */
export function eachEngine(title: string, suite: (engine: Engine) => void): void {
  for (const engine of databaseEngines()) {
    describe(`${title} on ${engine.name}`, { skip: reasonToSkip(engine) }, () => suite(engine))
  }
}

function reasonToSkip({ name, url }: Engine): string | false {
  return url === undefined ? `set MIKTOS_TEST_${name === 'MariaDB' ? 'MARIADB' : 'POSTGRES'}_URL` : false
}

async function freshSqlite(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'miktos-test-'))
  cleanUp.push(() => rm(folder, { recursive: true, force: true }))
  return `sqlite:///${join(folder, 'miktos.db')}`
}

async function freshPostgres(): Promise<string> {
  const name = randomName()
  await onPostgres(`create database ${name}`)
  cleanUp.push(() => onPostgres(`drop database ${name} with (force)`))
  return withDatabase(postgresUrl!, name)
}

async function freshMariadb(): Promise<string> {
  const name = randomName()
  await onMariadb(`create database ${name}`)
  cleanUp.push(() => onMariadb(`drop database ${name}`))
  return withDatabase(mariadbUrl!, name)
}

async function onPostgres(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl })
  await client.connect()
  await client.query(statement)
  await client.end()
}

async function onMariadb(statement: string): Promise<void> {
  const connection = await mysql.createConnection(mariadbUrl!)
  await connection.query(statement)
  await connection.end()
}

const randomName = (): string => `miktos_test_${randomBytes(6).toString('hex')}`

function withDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}
