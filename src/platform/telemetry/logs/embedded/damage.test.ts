import assert from 'node:assert/strict'
import { cpSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import type { LogStream } from '../logs.ts'
import { openEmbeddedLogs, type EmbeddedLogs } from './index.ts'

const nowMs = Date.UTC(2026, 10, 22, 12)
const options = { now: () => nowMs, retentionMs: 86_400_000 * 7, bytesMax: 1e9, blockLines: 64, frameBytes: 1_000 }
const span = { fromNs: 0n, toNs: BigInt(nowMs + 3_600_000) * 1_000_000n }
const sealedLines = 600
const freshLines = 200

/** The same numbers in every run. */
function dice(): (limit: number) => number {
  let state = 987_654_321
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return (state >>> 0) % limit
  }
}

function streams(from: number, count: number): LogStream[] {
  return [0, 1, 2].map((service) => ({
    labels: { service_name: `s${service}` },
    entries: Array.from({ length: count }, (_, index) => from + index)
      .filter((line) => line % 3 === service)
      .map((line) => ({
        timestampNs: BigInt(nowMs - 1_000_000 + line * 1_000) * 1_000_000n,
        line: `line ${line} of ${(line * 7_919) % 1_000}`,
      })),
  }))
}

/** Every line there is, each checked against the one that was stored at its time. */
async function linesOf(store: EmbeddedLogs): Promise<Set<string>> {
  const lines = new Set<string>()
  for await (const rows of store.scan({ ...span, direction: 'forward' })) {
    for (const { line, timestampNs, service } of rows) {
      const number = Number(timestampNs / 1_000_000_000n) - (nowMs - 1_000_000) / 1_000
      assert.equal(line, `line ${number} of ${(number * 7_919) % 1_000}`)
      assert.equal(service, `s${number % 3}`)
      assert.ok(!lines.has(line), `${line} comes twice`)
      lines.add(line)
    }
  }
  return lines
}

async function filledFolder(): Promise<string> {
  const dir = temporaryFolder()
  const store = await openEmbeddedLogs({ dir, ...options })
  await store.append({ id: 'a', streams: streams(0, sealedLines) })
  await store.seal()
  for (let line = sealedLines; line < sealedLines + freshLines; line += 20)
    await store.append({ id: `b${line}`, streams: streams(line, 20) })
  assert.equal((await linesOf(store)).size, sealedLines + freshLines)
  await store.close()
  return dir
}

const filesIn = (dir: string): string[] =>
  readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => join(dir, name))

test('200 flipped bytes, one at a time: the store opens, shows no wrong line, and says what it lost', async () => {
  const original = await filledFolder()
  const below = dice()
  let harmless = 0
  let worst = 0
  for (let flip = 0; flip < 200; flip++) {
    const dir = temporaryFolder()
    cpSync(original, dir, { recursive: true })
    const files = filesIn(dir).filter((path) => statSync(path).size > 0)
    const path = files[below(files.length)]!
    const bytes = readFileSync(path)
    const at = below(bytes.length)
    bytes[at]! ^= 1 << below(8)
    writeFileSync(path, bytes)

    const store = await openEmbeddedLogs({ dir, ...options })
    const lines = await linesOf(store)
    const { quarantined, lostBlocks, tornBytes } = store.health()
    const lost = sealedLines + freshLines - lines.size
    if (lost === 0) harmless++
    else assert.ok(quarantined + lostBlocks + tornBytes > 0, `${lost} lines lost in silence, byte ${at} of ${path}`)
    worst = Math.max(worst, lost)
    const fresh = {
      labels: { service_name: 's9' },
      entries: [{ timestampNs: BigInt(nowMs) * 1_000_000n, line: 'new' }],
    }
    assert.deepEqual(await store.append({ streams: [fresh] }), { stored: 1, duplicates: 0, rejected: [] })
    await store.seal()
    await store.close()
  }
  assert.ok(harmless < 200, 'nothing was damaged at all')
  assert.ok(worst <= 700, `a single byte cost ${worst} lines`)
})

test('200 flipped bytes in one store at once', async () => {
  const dir = await filledFolder()
  const below = dice()
  for (let flip = 0; flip < 200; flip++) {
    const files = filesIn(dir).filter((path) => statSync(path).size > 0)
    const path = files[below(files.length)]!
    const bytes = readFileSync(path)
    bytes[below(bytes.length)]! ^= 1 << below(8)
    writeFileSync(path, bytes)
  }
  const store = await openEmbeddedLogs({ dir, ...options })
  const lines = await linesOf(store)
  assert.ok(lines.size < sealedLines + freshLines)
  assert.ok(store.health().quarantined > 0)
  await store.close()
})

test('a write that was cut short anywhere costs that write alone', async () => {
  const original = await filledFolder()
  const segment = filesIn(original).find((path) => path.endsWith('.segment'))!
  const { size } = statSync(segment)
  for (const missing of [1, 5, 100, Math.floor(size / 2), size - 3]) {
    const dir = temporaryFolder()
    cpSync(original, dir, { recursive: true })
    truncateSync(join(dir, segment.slice(original.length + 1)), size - missing)
    const store = await openEmbeddedLogs({ dir, ...options })
    const { size: kept } = await linesOf(store)
    assert.ok(kept >= sealedLines && kept < sealedLines + freshLines && kept % 20 === 0, `${kept} lines are kept`)
    if (missing <= 100) assert.equal(kept, sealedLines + freshLines - 20)
    assert.ok(store.health().tornBytes > 0)
    // What was lost may be sent again, what was not is known.
    for (let line = sealedLines; line < sealedLines + freshLines; line += 20)
      await store.append({ id: `b${line}`, streams: streams(line, 20) })
    assert.equal((await linesOf(store)).size, sealedLines + freshLines)
    await store.close()
  }
})
