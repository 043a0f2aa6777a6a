import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { readSegment, segmentPath, WriteAheadLog } from './wal.ts'

const payloadAt = (number: number): Uint8Array =>
  Uint8Array.from({ length: 200 + (number % 50) }, (_, at) => (at * number) % 7)

const count = 1_000

/** A log whose first segment holds `count` frames and is done. */
async function logged(): Promise<{ folder: string; wal: WriteAheadLog }> {
  const folder = temporaryFolder()
  const wal = await WriteAheadLog.open(folder)
  for (let number = 0; number < count; number++) wal.add(payloadAt(number))
  await wal.flush()
  await wal.rotate()
  return { folder, wal }
}

test('a segment that is done is packed, and gives what it held', async () => {
  const { folder, wal } = await logged()
  const before = wal.bytes
  await wal.pack()
  assert.ok(wal.bytes < before / 4, `${wal.bytes} of ${before}`)
  assert.equal(statSync(segmentPath(folder, 1)).size, wal.bytes)
  const { payloads, damaged } = await readSegment(folder, 1)
  assert.equal(damaged, 0)
  assert.deepEqual(
    payloads,
    Array.from({ length: count }, (_, number) => payloadAt(number)),
  )
  const packed = readFileSync(segmentPath(folder, 1))
  await wal.close()
  const again = await WriteAheadLog.open(folder)
  await again.pack()
  assert.deepEqual(readFileSync(segmentPath(folder, 1)), packed)
  await again.close()
})

test('a packed segment that is damaged or cut short gives the rest and says so', async () => {
  const { folder, wal } = await logged()
  await wal.pack()
  await wal.close()
  const path = segmentPath(folder, 1)
  const whole = readFileSync(path)
  for (const at of [3, 100, whole.length - 1_000]) {
    const flipped = Buffer.from(whole)
    flipped[at]! ^= 1
    writeFileSync(path, flipped)
    const { payloads, damaged } = await readSegment(folder, 1)
    assert.equal(damaged, 1)
    assert.ok(payloads.length > count / 2 && payloads.length < count, String(payloads.length))
  }
  writeFileSync(path, whole.subarray(0, -1))
  const { payloads, damaged } = await readSegment(folder, 1)
  assert.equal(damaged, 1)
  assert.ok(payloads.length > count / 2 && payloads.length < count, String(payloads.length))
})

test('a damaged segment is not packed', async () => {
  const { folder, wal } = await logged()
  const path = segmentPath(folder, 1)
  const bytes = readFileSync(path)
  bytes[bytes.length >> 1]! ^= 1
  writeFileSync(path, bytes)
  await wal.pack()
  assert.deepEqual(readFileSync(path), bytes)
  assert.equal((await readSegment(folder, 1)).payloads.length, count - 1)
  await wal.close()
})
