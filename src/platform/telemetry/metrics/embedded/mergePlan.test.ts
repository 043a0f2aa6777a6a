import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mergePlan, type Mergeable } from './mergePlan.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

const file = (fromHour: number, toHour: number, bytes = 100): Mergeable => ({
  fromMs: fromHour * hourMs,
  toMs: toHour * hourMs,
  bytes,
})

test('windows become a third of a day once it is over', () => {
  const windows = [0, 2, 4, 6].map((hour) => file(hour, hour + 2))
  assert.equal(mergePlan(windows, 8 * hourMs - 1), null)
  assert.deepEqual(mergePlan(windows, 8 * hourMs), windows)
})

test('thirds become a day, and days stay', () => {
  const thirds = [0, 8, 16].map((hour) => file(hour, hour + 8))
  assert.deepEqual(mergePlan(thirds, dayMs), thirds)
  assert.equal(mergePlan([file(0, 24), file(24, 48)], 10 * dayMs), null)
})

test('the oldest of the shortest span comes first', () => {
  const twice = [file(10, 12), file(10, 12)]
  assert.deepEqual(mergePlan([file(0, 8), file(8, 10), ...twice, file(16, 24)], 10 * dayMs), twice)
})

test('a little that came late is not worth writing a day again, four times a little is', () => {
  const day = file(0, 24, 10_000)
  const late = [file(2, 4, 10), file(10, 12, 10), file(18, 20, 10)]
  assert.equal(mergePlan([day, late[0]!], 10 * dayMs), null)
  assert.equal(mergePlan([day, file(2, 4, 1_000)], 10 * dayMs)?.length, 2)
  assert.equal(mergePlan([day, late[0]!, late[1]!], 10 * dayMs), null)
  assert.deepEqual(mergePlan([day, ...late], 10 * dayMs)?.length, 4)
})

test('time before 1970 and files of odd lengths do no harm', () => {
  assert.equal(mergePlan([file(1, 30), file(3, 40)], 10 * dayMs), null)
  assert.equal(mergePlan([], Infinity), null)
})
