import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { openEmbeddedMetrics, type EmbeddedMetrics } from './index.ts'
import { crashBatch, crashClock, crashLimits, crashSeries } from './crashWriter.ts'

const kills = 25

test(`${kills} kills at any moment lose no acknowledged sample and double none`, { timeout: 240_000 }, async () => {
  const dir = temporaryFolder()
  let acknowledged = 0
  for (let kill = 0; kill < kills; kill++) {
    acknowledged = await writeUntilKilled(dir, acknowledged, 30 + Math.random() * 500)
    const store = await open(dir)
    // The batch that was under way may be there or not, as a whole.
    await assertHolds(store, acknowledged)
    await store.close()
  }
  assert.ok(acknowledged > kills, String(acknowledged))
  const store = await open(dir)
  await store.maintain()
  await assertHolds(store, acknowledged)
  assert.ok(store.health().files > 0)
  // A sender that missed an answer sends again.
  for (let batch = Math.max(0, acknowledged - 50); batch < acknowledged; batch++)
    assert.equal((await store.append(crashBatch(batch))).stored, 0)
  await assertHolds(store, acknowledged)
  await store.close()
})

const open = (dir: string): Promise<EmbeddedMetrics> =>
  openEmbeddedMetrics({ dir, now: crashClock, retentionMs: 1e12, bytesMax: 1e12, limits: crashLimits })

/** Begins with the batch after those acknowledged, which may have been stored. @returns how many are now */
async function writeUntilKilled(dir: string, from: number, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'crashWriter.ts'), dir, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let acknowledged = from
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => {
    if (line === 'open') setTimeout(() => child.kill('SIGKILL'), afterMs)
    else acknowledged = Number(line) + 1
  })
  await Promise.all([once(child, 'exit'), once(lines, 'close')])
  assert.equal(child.signalCode, 'SIGKILL')
  return acknowledged
}

async function assertHolds(store: EmbeddedMetrics, batches: number): Promise<void> {
  const counts = new Map<string, number>()
  for await (const { labels, timestamps, values } of store.select(
    [],
    { fromMs: 0, toMs: 1e15 },
    new AbortController().signal,
  )) {
    const which = Number(labels['i'])
    for (const [at, atMs] of timestamps.entries()) {
      const given = crashBatch(at).series[which]!
      assert.equal(atMs, given.timestamps[0])
      assert.equal(values[at], given.values[0])
    }
    counts.set(labels['i']!, timestamps.length)
  }
  if (batches === 0) return
  assert.equal(counts.size, crashSeries)
  assert.equal(new Set(counts.values()).size, 1, 'a batch is there as a whole')
  const [count] = counts.values()
  assert.ok(count === batches || count === batches + 1, `${count} of ${batches}`)
}
