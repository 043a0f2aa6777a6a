import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp } from '../../../test/support/app.ts'
import { until } from '../../../test/support/until.ts'
import { startAlone } from './alone.ts'

test('one process of several collects, and the next one when it ends', async () => {
  const { app } = await startApp({}, { background: true })
  const platform = { ...app.platform }
  const working = new Set<string>()
  const start = (name: string) =>
    startAlone(platform, async () => {
      working.add(name)
      return () => void working.delete(name)
    })
  // The server itself holds the folder.
  const stopSecond = await start('second')
  assert.deepEqual([...working], [])
  await app.stop()
  await until('the second takes over', () => working.has('second'), 15_000)
  const stopThird = await start('third')
  await stopThird()
  await stopSecond()
  assert.deepEqual([...working], [])
})
