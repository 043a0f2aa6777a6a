import { mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Whole or not at all, and on disk when it resolves. */
export async function saveJson(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const fresh = `${path}.new`
  const file = await open(fresh, 'w', 0o600)
  try {
    await file.writeFile(JSON.stringify(value))
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(fresh, path)
  const folder = await open(dirname(path), 'r')
  await folder.sync().finally(() => folder.close())
}
