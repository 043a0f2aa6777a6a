import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { after, test } from 'node:test'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { openEmbeddedLogs } from './index.ts'

const dayMs = 86_400_000
const startMs = Date.UTC(2026, 10, 22, 12)
const ns = (ms: number): bigint => BigInt(ms) * 1_000_000n
const everything = { fromNs: 0n, toNs: ns(startMs * 2), limit: 1_000, direction: 'forward' } as const

async function openAt(clock: { now: number }, bytesMax = 1e9) {
  const dir = temporaryFolder()
  const sizes = { blockLines: 64, frameBytes: 4_000 }
  const store = await openEmbeddedLogs({ dir, now: () => clock.now, retentionMs: 7 * dayMs, bytesMax, ...sizes })
  after(() => store.close())
  const append = (ms: number, ...lines: string[]) =>
    store.append({
      streams: [{ labels: { service_name: 'api' }, entries: lines.map((line) => ({ timestampNs: ns(ms), line })) }],
    })
  const lines = async () => (await store.search(everything)).rows.map(({ line }) => line)
  return { dir, store, append, lines }
}

test('takes lines of any age within the retention, in any order, and no older ones', async () => {
  const { append, lines } = await openAt({ now: startMs })
  for (const days of [0, 6, 2, 5]) {
    assert.equal((await append(startMs - days * dayMs, `${days} days old`)).stored, 1)
  }
  const tooOld = await append(startMs - 8 * dayMs, 'too old')
  assert.deepEqual(tooOld, {
    stored: 0,
    duplicates: 0,
    rejected: [{ reason: 'too_old', count: 1, example: 'too old' }],
  })
  const ahead = await append(startMs + 3_600_000, 'ahead')
  assert.deepEqual(ahead.rejected, [{ reason: 'too_far_in_future', count: 1, example: 'ahead' }])
  assert.deepEqual(await lines(), ['6 days old', '5 days old', '2 days old', '0 days old'])
})

test('shows nothing older than the retention, and deletes the files of days that are over', async () => {
  const clock = { now: startMs }
  const { dir, store, append, lines } = await openAt(clock)
  await append(startMs - 6 * dayMs, 'old')
  await append(startMs, 'new')
  await store.seal()
  assert.deepEqual(await lines(), ['old', 'new'])
  clock.now = startMs + 1.1 * dayMs
  assert.deepEqual(await lines(), ['new'])
  clock.now = startMs + 2 * dayMs
  await store.retain()
  const days = readdirSync(dir).filter((name) => /^\d{4}-.*\.db$/.test(name))
  assert.deepEqual(days, ['2026-11-22.db'])
})

test('keeps within its bytes: the oldest lines go first, also within one day', async () => {
  const clock = { now: startMs }
  const { store, append, lines } = await openAt(clock)
  const noise = (length: number): string =>
    Array.from({ length }, (_, index) => ((index * 2_654_435_761 + length) >>> 0).toString(36)).join(' ')
  for (const days of [2, 1, 0]) {
    for (let portion = 0; portion < 4; portion++) {
      await append(
        startMs - days * dayMs - (4 - portion) * 60_000,
        `${days}/${portion} ${noise(20_000 + days * 10 + portion)}`,
      )
      await store.seal()
    }
  }
  const names = async (): Promise<string[]> => (await lines()).map((line) => line.split(' ')[0]!)
  assert.equal((await names()).length, 12)
  const { bytes } = store.health()
  await store.configure({ retentionMs: 7 * dayMs, bytesMax: Math.floor(bytes * 0.8) })
  assert.deepEqual(await names(), ['1/0', '1/1', '1/2', '1/3', '0/0', '0/1', '0/2', '0/3'])
  await store.configure({ retentionMs: 7 * dayMs, bytesMax: Math.floor(bytes * 0.2) })
  const left = await names()
  assert.ok(left.length > 0 && left.length < 4, left.join())
  assert.deepEqual(left, ['0/0', '0/1', '0/2', '0/3'].slice(-left.length))
  assert.ok(store.health().bytes <= bytes * 0.2)
})

test('remembers batches for a day, also those that are in blocks and over a new start', async () => {
  const dir = temporaryFolder()
  const clock = { now: startMs }
  const open = () => openEmbeddedLogs({ dir, now: () => clock.now, retentionMs: 7 * dayMs, bytesMax: 1e9 })
  const batch = {
    id: 'once',
    streams: [{ labels: { service_name: 'api' }, entries: [{ timestampNs: ns(startMs), line: 'a' }] }],
  }
  let store = await open()
  assert.equal((await store.append(batch)).stored, 1)
  await store.close()
  store = await open()
  assert.equal((await store.append(batch)).stored, 0)
  await store.seal()
  assert.equal((await store.append(batch)).stored, 0)
  await store.close()
  store = await open()
  assert.equal((await store.append(batch)).stored, 0)
  assert.equal((await store.search(everything)).rows.length, 1)
  await store.close()
})
