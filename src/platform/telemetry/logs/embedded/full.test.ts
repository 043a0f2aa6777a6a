import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { AppError } from '#kernel/errors.ts'
import { until } from '../../../../../test/support/until.ts'
import { openEmbeddedLogs } from './index.ts'

const nowMs = Date.UTC(2026, 10, 22, 12)
const ns = (ms: number): bigint => BigInt(ms) * 1_000_000n

/** A file system of its own of so many MB; null where this user may not mount one. */
function smallDisk(megabytes: number): string | null {
  const dir = mkdtempSync(join(tmpdir(), 'miktos-test-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', dir], { stdio: 'ignore' })
  } catch {
    rmSync(dir, { recursive: true })
    return null
  }
  after(() => {
    execFileSync('umount', ['-l', dir])
    rmSync(dir, { recursive: true })
  })
  return dir
}

/** Takes all room but so many bytes. */
function fill(dir: string, leave: number): string {
  const ballast = join(dir, 'ballast')
  execFileSync('sh', ['-c', `head -c 20000000 /dev/zero > ${ballast} 2>/dev/null || true`])
  truncateSync(ballast, statSync(ballast).size - leave)
  return ballast
}

test('a full disk refuses lines, answers questions, and is done with when there is room again', async (context) => {
  const dir = smallDisk(8)
  if (!dir) return context.skip('no file system can be mounted here')
  const sizes = { headLines: 2_000, blockLines: 512 }
  const options = { dir, now: () => nowMs, retentionMs: 7 * 86_400_000, bytesMax: 1e9, diskShareMax: 1, ...sizes }
  const store = await openEmbeddedLogs(options)
  let stored = 0
  const append = async (days: number): Promise<void> => {
    const entries = Array.from({ length: 200 }, (_, index) => ({
      timestampNs: ns(nowMs - days * 86_400_000) + BigInt(stored + index),
      line: `line ${stored + index} ${((stored + index) * 2_654_435_761) % 4_294_967_296} ${'x'.repeat(50)}`,
    }))
    const answer = await store.append({ streams: [{ labels: { service_name: 'api' }, entries }] })
    stored += answer.stored
  }
  const count = async (): Promise<number> => {
    const everything = { fromNs: 0n, toNs: ns(nowMs * 2), limit: 10, direction: 'backward' } as const
    const page = await store.search({ ...everything, countMax: 1e9 })
    assert.equal(page.rows.length, 10)
    return page.total!.count
  }

  await append(5)
  await store.seal()
  const ballast = fill(dir, 300_000)

  await assert.rejects(
    async () => {
      for (let attempt = 0; attempt < 200; attempt++) await append(0)
    },
    { code: 'INSUFFICIENT_STORAGE' },
  )
  await assert.rejects(append(0), { code: 'INSUFFICIENT_STORAGE' })
  assert.equal(await count(), stored, 'what was acknowledged is found, what was refused is not')

  await store.configure({ retentionMs: 3 * 86_400_000, bytesMax: 1e9 })
  assert.equal(await count(), stored - 200, 'retention works')

  rmSync(ballast)
  const taken = () =>
    append(0).then(
      () => true,
      () => false,
    )
  for (let attempt = 0; attempt < 20; attempt++) await until('lines are taken again', taken)
  assert.equal(await count(), stored - 200)
  await store.close()

  const again = await openEmbeddedLogs(options)
  const page = await again.search({ fromNs: 0n, toNs: ns(nowMs * 2), limit: 1, direction: 'forward', countMax: 1e9 })
  assert.equal(page.total!.count, stored - 200)
  await again.close()
})

test('a head that finds no room for its blocks keeps its lines, and is sealed when there is room', async (context) => {
  const dir = smallDisk(8)
  if (!dir) return context.skip('no file system can be mounted here')
  const store = await openEmbeddedLogs({
    dir,
    now: () => nowMs,
    retentionMs: 7 * 86_400_000,
    bytesMax: 1e9,
    diskShareMax: 1,
  })
  const entries = Array.from({ length: 5_000 }, (_, index) => ({
    timestampNs: ns(nowMs) + BigInt(index),
    line: `line ${Math.imul(index, 2_654_435_761) >>> 0} ${Math.imul(index, 40_503) >>> 0}`,
  }))
  await store.append({ streams: [{ labels: { service_name: 'api' }, entries }] })
  const ballast = fill(dir, 0)
  await assert.rejects(store.seal(), { code: 'INSUFFICIENT_STORAGE' })
  const everything = { fromNs: 0n, toNs: ns(nowMs * 2), limit: 1, direction: 'backward', countMax: 1e9 } as const
  assert.equal((await store.search(everything)).total!.count, entries.length)
  rmSync(ballast)
  await until('sealed', () =>
    store.seal().then(
      () => store.health().unsealedLines === 0,
      () => false,
    ),
  )
  assert.equal((await store.search(everything)).total!.count, entries.length)
  await store.close()
})

test('at 90 % of the disk nothing more is taken in, questions are answered, and it goes on when there is room', async (context) => {
  const dir = smallDisk(8)
  if (!dir) return context.skip('no file system can be mounted here')
  const store = await openEmbeddedLogs({ dir, now: () => nowMs, retentionMs: 86_400_000, bytesMax: 1e9 })
  const append = (line: string) =>
    store.append({
      streams: [{ labels: { service_name: 'api' }, entries: [{ timestampNs: ns(nowMs), line }] }],
    })
  const found = async (): Promise<number> => {
    const span = { fromNs: 0n, toNs: ns(nowMs * 2), limit: 5_000, direction: 'backward' } as const
    return (await store.search(span)).rows.length
  }
  assert.equal((await append('before')).stored, 1)
  const ballast = fill(dir, 400_000)
  const refusal = { code: 'INSUFFICIENT_STORAGE', details: { component: 'logs', retry_after_seconds: 30 } }
  await until('lines are refused', () =>
    append('while it is full').then(
      () => false,
      ({ code, details }: AppError) => {
        assert.deepEqual({ code, details }, refusal)
        return true
      },
    ),
  )
  assert.equal(store.health().isDiskFull, true)
  const kept = await found()
  rmSync(ballast)
  await until('lines are taken again', () =>
    append('after').then(
      () => true,
      () => false,
    ),
  )
  assert.equal(await found(), kept + 1)
  assert.equal(store.health().isDiskFull, false)
  await store.close()
})
