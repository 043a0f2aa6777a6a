import assert from 'node:assert/strict'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { DayFile } from './dayFile.ts'
import { openEmbeddedLogs } from './index.ts'
import { Streams } from './streams.ts'

const nowMs = Date.UTC(2026, 10, 22, 12)

/** How many blocks can be taken over from a file, once it has no common words. */
function salvaged(path: string): number {
  const aside = join(temporaryFolder(), 'aside.db')
  copyFileSync(path, aside)
  const file = new Database(aside)
  file.exec('drop table common_words')
  file.close()
  const fresh = DayFile.open(temporaryFolder(), 20_779, new Streams(), () => undefined)
  const blocks = fresh.salvage(aside)
  fresh.close()
  return blocks
}

test('a file from before common words were kept is counted by reading it, and takes new blocks', async () => {
  const dir = temporaryFolder()
  const options = { dir, now: () => nowMs, retentionMs: 7 * 86_400_000, bytesMax: 1e9 }
  const append = async (service: string): Promise<void> => {
    const store = await openEmbeddedLogs(options)
    const entries = Array.from({ length: 500 }, (_, index) => ({
      timestampNs: BigInt(nowMs) * 1_000_000n + BigInt(index),
      line: `request ${index} completed`,
    }))
    await store.append({ streams: [{ labels: { service_name: service }, entries }] })
    await store.seal()
    await store.close()
  }
  await append('before')
  const file = new Database(join(dir, '2026-11-22.db'))
  file.exec('drop table common_words')
  file.exec('drop table word_rows')
  file.close()
  await append('after')
  assert.equal(salvaged(join(dir, '2026-11-22.db')), 2)

  const store = await openEmbeddedLogs(options)
  const page = await store.search({
    fromNs: 0n,
    toNs: BigInt(nowMs * 2) * 1_000_000n,
    where: { op: 'contains', text: 'completed' },
    limit: 1,
    direction: 'backward',
    countMax: 1e6,
  })
  assert.deepEqual(page.total, { count: 1_000, exact: true })
  await store.close()
})
