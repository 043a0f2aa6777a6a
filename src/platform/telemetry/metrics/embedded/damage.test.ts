import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { AppError } from '#kernel/errors.ts'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { until } from '../../../../../test/support/until.ts'
import { openEmbeddedMetrics, type EmbeddedMetrics, type EmbeddedMetricsOptions } from './index.ts'

const nowMs = Date.UTC(2026, 5, 1, 9, 30)
const hourMs = 3_600_000
const seriesCount = 20

const open = (dir: string, more: Partial<EmbeddedMetricsOptions> = {}): Promise<EmbeddedMetrics> =>
  openEmbeddedMetrics({ dir, now: () => nowMs, retentionMs: 1e11, bytesMax: 1e12, ...more })

const valueAt = (i: number, atMs: number): number => (i % 2 === 0 ? (atMs / 1_000) * i : Math.sin(atMs + i))

async function append(store: EmbeddedMetrics, fromMs: number, count: number, stepMs = 15_000): Promise<void> {
  const timestamps = Float64Array.from({ length: count }, (_, at) => fromMs + at * stepMs)
  const series = Array.from({ length: seriesCount }, (_, i) => ({
    labels: { __name__: 'm', i: String(i) },
    timestamps,
    values: timestamps.map((atMs) => valueAt(i, atMs)),
  }))
  const { stored } = await store.append({ series })
  assert.equal(stored, count * seriesCount)
}

/** Every sample that is found is one that was appended. @returns how many there are */
async function countRight(store: EmbeddedMetrics): Promise<number> {
  let count = 0
  for await (const { labels, timestamps, values } of store.select(
    [],
    { fromMs: 0, toMs: 1e15 },
    new AbortController().signal,
  )) {
    assert.equal(labels['__name__'], 'm')
    const i = Number(labels['i'])
    assert.ok(i >= 0 && i < seriesCount)
    for (const [at, atMs] of timestamps.entries()) {
      assert.equal(atMs % 15_000, 0)
      assert.equal(values[at], valueAt(i, atMs))
      assert.ok(at === 0 || atMs > timestamps[at - 1]!)
    }
    count += timestamps.length
  }
  return count
}

test('200 flipped bytes never give a wrong sample, cost little, and are told of', { timeout: 120_000 }, async () => {
  const whole = temporaryFolder()
  const store = await open(whole, { limits: { headBytesMax: 1 } })
  for (let hour = 10; hour > 2; hour--) {
    await append(store, nowMs - hour * hourMs, 240)
    // While a window becomes a file no other does, so that without waiting more or less of it would stay in the log.
    await store.maintain()
  }
  await store.close()
  const logged = await open(whole)
  for (let minute = 60; minute > 0; minute--) await append(logged, nowMs - minute * 60_000, 4)
  const total = await countRight(logged)
  await logged.close()
  assert.equal(total, seriesCount * (8 * 240 + 60 * 4))

  const files = ['blocks', 'wal'].flatMap((folder) =>
    readdirSync(join(whole, folder))
      .map((name) => join(folder, name))
      .filter((path) => statSync(join(whole, path)).size > 0),
  )
  let lost = 0
  let told = 0
  for (let flip = 0; flip < 200; flip++) {
    const dir = join(temporaryFolder(), 'copy')
    cpSync(whole, dir, { recursive: true })
    const path = join(dir, files[flip % files.length]!)
    const bytes = readFileSync(path)
    bytes[Math.floor(Math.random() * bytes.length)]! ^= 1 << Math.floor(Math.random() * 8)
    writeFileSync(path, bytes)
    const damaged = await open(dir)
    const count = await countRight(damaged)
    const { quarantinedFiles, damagedRegions } = damaged.health()
    lost += total - count
    if (quarantinedFiles + damagedRegions > 0) told++
    if (count < total && !path.includes('wal')) assert.ok(quarantinedFiles + damagedRegions > 0, path)
    await append(damaged, nowMs, 4)
    await damaged.close()
    rmSync(dir, { recursive: true })
  }
  assert.ok(told > 100, `told of ${told}`)
  assert.ok(lost / 200 < total * 0.05, `lost ${lost / 200} of ${total} on average`)
})

test('a torn end of the log is cut, wherever it is torn', async () => {
  const whole = temporaryFolder()
  const store = await open(whole)
  for (let minute = 10; minute > 0; minute--) await append(store, nowMs - minute * 60_000, 4)
  await store.close()
  const [name] = readdirSync(join(whole, 'wal'))
  const bytes = readFileSync(join(whole, 'wal', name!))
  for (let at = 0; at < 40; at++) {
    const dir = temporaryFolder()
    mkdirSync(join(dir, 'wal'))
    writeFileSync(join(dir, 'wal', name!), bytes.subarray(0, Math.floor((bytes.length * at) / 40)))
    const torn = await open(dir)
    const count = await countRight(torn)
    assert.equal(count % (4 * seriesCount), 0)
    assert.ok(count / (4 * seriesCount) >= Math.floor(at / 4) - 1, `${count} after ${at}/40`)
    assert.equal(torn.health().quarantinedFiles, 0)
    await append(torn, nowMs, 1)
    await torn.close()
    const again = await open(dir)
    assert.equal(await countRight(again), count + seriesCount)
    await again.close()
  }
})

test('a file with damaged parts is kept aside when it is merged', async () => {
  const dir = temporaryFolder()
  const store = await open(dir, { limits: { headBytesMax: 1 } })
  await append(store, nowMs - 9 * hourMs, 240)
  await store.maintain()
  await append(store, nowMs - 8 * hourMs, 240)
  await store.maintain()
  await store.close()
  const blocks = join(dir, 'blocks')
  for (const name of readdirSync(blocks)) {
    const bytes = readFileSync(join(blocks, name))
    bytes[40]! ^= 1
    writeFileSync(join(blocks, name), bytes)
  }
  const files = readdirSync(blocks).length
  const again = await open(dir)
  await append(again, nowMs, 1)
  await again.maintain()
  assert.ok(readdirSync(blocks).length < files + 1)
  assert.ok(again.health().quarantinedFiles > 0)
  await countRight(again)
  await again.close()
})

/** A file system of its own, too small for much. */
function smallDisk(bytes: number): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'miktos-disk-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'none', folder])
  after(() => {
    if (mounted.status === 0) spawnSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true })
  })
  return mounted.status === 0 ? folder : null
}

test('a full disk refuses samples, loses none it took, and heals by itself', async (context) => {
  const disk = smallDisk(1.5 * 1_048_576)
  if (!disk) return context.skip('SKIPPED: only who may mount a small file system can run out of it')
  const dir = join(disk, 'store')
  const store = await open(dir, { limits: { diskShareMax: 1 } })
  let taken = 0
  await assert.rejects(
    async () => {
      for (let at = 0; at < 20_000; at += 40) {
        await append(store, nowMs - 90 * hourMs + at * 15_000, 40)
        taken += 40 * seriesCount
      }
    },
    { code: 'INSUFFICIENT_STORAGE' },
  )
  assert.ok(taken > 0)
  const held = await countRight(store)
  assert.ok(held === taken || held === taken + 40 * seriesCount)
  await assert.rejects(append(store, nowMs - 60_000, 4), { code: 'INSUFFICIENT_STORAGE' })
  await store.maintain()
  await store.close()

  const again = await open(dir, { limits: { diskShareMax: 1 } })
  assert.ok((await countRight(again)) >= taken)
  writeFileSync(join(disk, 'more'), '')
  assert.equal(spawnSync('mount', ['-o', 'remount,size=64m', disk]).status, 0)
  await append(again, nowMs - 60_000, 4)
  assert.ok((await countRight(again)) >= taken + 4 * seriesCount)
  await again.close()
})

test('on a disk nine tenths full nothing is appended until there is room', async (context) => {
  const disk = smallDisk(8 * 1_048_576)
  if (!disk) return context.skip('SKIPPED: only who may mount a small file system can fill one')
  const store = await open(join(disk, 'store'))
  await append(store, nowMs - 10 * 60_000, 4)
  writeFileSync(join(disk, 'other'), Buffer.alloc(7.5 * 1_048_576))
  await until('refused', async () => {
    const refusal = await append(store, nowMs - Math.floor(Math.random() * 30) * 15_000, 1).then(
      () => null,
      (error: unknown) => error,
    )
    return refusal instanceof AppError && refusal.code === 'INSUFFICIENT_STORAGE'
  })
  assert.equal(store.health().isDiskFull, true)
  rmSync(join(disk, 'other'))
  let atMs = nowMs
  await until('taken again', () =>
    append(store, ++atMs, 1).then(
      () => true,
      () => false,
    ),
  )
  await store.close()
})
