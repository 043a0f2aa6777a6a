import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { Settings } from '#platform/config/config.ts'
import { startApp, type TestApp } from './app.ts'
import type { Engine } from './engines.ts'

/** Two servers on one new database, with one secret, that hear of each other only through it. */
export async function twoServers(engine: Engine, settings: Partial<Settings> = {}): Promise<[TestApp, TestApp]> {
  const data_dir = mkdtempSync(join(tmpdir(), 'miktos-test-'))
  after(() => rmSync(data_dir, { recursive: true, force: true }))
  const shared = { ...settings, data_dir, database_url: await engine.freshUrl() }
  return [await startApp(shared), await startApp(shared)]
}

/** How often each status was answered: `{201: 1, 409: 7}`. */
export function statusCounts(replies: readonly { statusCode: number }[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { statusCode } of replies) counts[statusCode] = (counts[statusCode] ?? 0) + 1
  return counts
}
