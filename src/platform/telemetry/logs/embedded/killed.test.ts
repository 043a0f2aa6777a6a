import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { openEmbeddedLogs } from './index.ts'

const kills = 25
const nowMs = Date.UTC(2026, 10, 22, 12)
const span = { fromNs: 0n, toNs: BigInt(nowMs + 3_600_000) * 1_000_000n }

test(`${kills} kills at any moment lose no acknowledged line and double none, also when batches are sent again`, async () => {
  const dir = temporaryFolder()
  const acknowledged = new Set<number>()
  let sent = 0
  for (let kill = 0; kill < kills; kill++) {
    const child = fork(new URL('testing/appender.ts', import.meta.url), [dir, String(sent), String(nowMs)])
    child.on('message', ({ began, stored }: { began?: number; stored?: number }) => {
      if (began !== undefined) sent = Math.max(sent, began + 1)
      if (stored !== undefined) acknowledged.add(stored)
    })
    await once(child, 'message')
    await delay(20 + ((kill * 37) % 200))
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  assert.ok(acknowledged.size > kills, `only ${acknowledged.size} batches were acknowledged`)

  const store = await openEmbeddedLogs({ dir, now: () => nowMs, retentionMs: 86_400_000 * 7, bytesMax: 1e9 })
  const seen = new Map<string, number>()
  for await (const rows of store.scan({ ...span, direction: 'forward' })) {
    for (const { line } of rows) seen.set(line, (seen.get(line) ?? 0) + 1)
  }
  assert.deepEqual(
    [...seen].filter(([, count]) => count > 1),
    [],
    'lines are doubled',
  )
  const lost = [...acknowledged].filter((batch) =>
    [0, 1, 2, 3, 4].some((line) => !seen.has(`batch ${batch} line ${line}`)),
  )
  assert.deepEqual(lost, [], 'acknowledged batches are lost')
  assert.equal(store.health().quarantined, 0)
  await store.close()
})
