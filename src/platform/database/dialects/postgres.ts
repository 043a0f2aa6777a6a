import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { OpenedEngine, Tables } from '../database.ts'
import { tellingFailures, type OnFailedQuery } from '../failed.ts'

const int8TypeId = 20
const numericTypeId = 1700

export function openPostgres(url: string, onFailed: OnFailedQuery): OpenedEngine {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 2_000,
    idleTimeoutMillis: 30_000,
    query_timeout: 15_000,
    application_name: 'miktos',
    // Times are milliseconds and counts stay far below 2^53.
    types: {
      getTypeParser: (id: number, format?: 'text' | 'binary') =>
        id === int8TypeId || id === numericTypeId
          ? Number
          : format === 'binary'
            ? pg.types.getTypeParser(id, 'binary')
            : pg.types.getTypeParser(id, 'text'),
    },
  })
  // Without a listener a connection that breaks while idle would end the process.
  pool.on('error', () => undefined)
  const db = new Kysely<Tables>(tellingFailures(new PostgresDialect({ pool }), onFailed))
  const { hostname, port, pathname } = new URL(url)
  return {
    dialect: 'postgres',
    description: `PostgreSQL at ${hostname}:${port || 5432}${pathname}`,
    read: db,
    write: db,
  }
}
