import { existsSync } from 'node:fs'
import type { Config } from '#platform/config/config.ts'
import { sqliteFile } from '#platform/database/dialects/sqlite.ts'

/** Whether there is a database; one on a server is taken to be there. */
export function hasData(config: Config): boolean {
  const url = config.get('database_url')
  return !url.startsWith('sqlite:') || existsSync(sqliteFile(url))
}
