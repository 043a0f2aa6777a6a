import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { App } from '#server/app.ts'

/** Every byte an installation on SQLite has in its data folder, to search for what must not be there. */
export function storedBytes({ platform }: App): Buffer {
  const folder = platform.config.get('data_dir')
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Buffer.concat(files.map(({ parentPath, name }) => readFileSync(join(parentPath, name))))
}
