import { Kysely, MysqlDialect } from 'kysely'
import { createPool } from 'mysql2'
import type { OpenedEngine, Tables } from '../database.ts'
import { tellingFailures, type OnFailedQuery } from '../failed.ts'

export function openMysql(url: string, onFailed: OnFailedQuery): OpenedEngine {
  const { hostname, port, pathname } = new URL(url)
  const pool = createPool({
    uri: url.replace(/^mariadb:/, 'mysql:'),
    connectionLimit: 10,
    queueLimit: 1_000,
    connectTimeout: 2_000,
    charset: 'utf8mb4_bin',
    supportBigNumbers: true,
    // PIPES_AS_CONCAT would change string functions; ANSI_QUOTES is not needed: Kysely quotes with backticks.
    flags: ['-LOCAL_FILES'],
  })
  const db = new Kysely<Tables>(tellingFailures(new MysqlDialect({ pool }), onFailed))
  return {
    dialect: 'mysql',
    description: `MariaDB/MySQL at ${hostname}:${port || 3306}${pathname}`,
    read: db,
    write: db,
  }
}
