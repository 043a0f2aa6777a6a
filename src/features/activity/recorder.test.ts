import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { pino } from 'pino'
import { migrate } from '#platform/database/migrate.ts'
import { openDatabase } from '#platform/database/open.ts'
import { freePort } from '../../../test/support/port.ts'
import { until } from '../../../test/support/until.ts'
import { createRecorder } from './recorder.ts'
import { activityMigrations, type ActivityEvent } from './store.ts'

const log = pino({ level: 'silent' })

const call: ActivityEvent = {
  event_id: null,
  at: 1_000,
  kind: 'api_call',
  user_id: 'u1',
  session_id: null,
  key_id: null,
  method: 'GET',
  route: '/api/v1/me',
  status: 200,
  duration_ms: 1,
  bytes: 1,
  project_id: null,
  address: null,
  detail: null,
}

const sqlite = async () => {
  const database = await openDatabase(`sqlite:///${join(mkdtempSync(join(tmpdir(), 'miktos-test-')), 'miktos.db')}`)
  after(() => database.close())
  await migrate(database, activityMigrations)
  const stored = async (): Promise<number> => {
    const { count } = await database.read
      .selectFrom('activity_events')
      .select((row) => row.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    return count
  }
  return { database, stored }
}

describe('the recorder', () => {
  test('stores within about a second by itself, and all that is left when it stops', async () => {
    const { database, stored } = await sqlite()
    const recorder = createRecorder()
    const stop = recorder.start({ database, log })
    recorder.record(call)
    assert.equal(await stored(), 0)
    await until('the call is stored', async () => (await stored()) === 1, 3_000)
    for (let index = 0; index < 1_234; index++) recorder.record({ ...call, at: index * 10 })
    await stop()
    assert.equal(await stored(), 1_235)
  })

  test('counts every call of a flood; of a second keeps a hundred of each caller one by one, a thousand of all', async () => {
    const { database, stored } = await sqlite()
    const recorder = createRecorder()
    const stop = recorder.start({ database, log })
    for (let index = 0; index < 5_000; index++) recorder.record({ ...call, at: 1_000 + index, duration_ms: 7 })
    for (let index = 0; index < 2_500; index++) recorder.record({ ...call, at: 9_000, duration_ms: 300 })
    for (let index = 0; index < 2_500; index++)
      recorder.record({ ...call, at: 20_000, duration_ms: 300, key_id: `k${index}` })
    assert.deepEqual(recorder.figures(), { waiting: 1_600, summed: 8_400, dropped: 0 })
    await stop()
    assert.equal(await stored(), 1_600)
    const hours = await database.read.selectFrom('activity_hourly').selectAll().execute()
    assert.equal(hours.length, 1)
    const { count, bytes_sum, duration_ms_max, last_at, took_1, took_6 } = hours[0]!
    assert.deepEqual(
      { count, bytes_sum, duration_ms_max, last_at, took_1, took_6 },
      { count: 10_000, bytes_sum: 10_000, duration_ms_max: 300, last_at: 20_000, took_1: 5_000, took_6: 5_000 },
    )
  })

  test('takes down what comes before it has a database', async () => {
    const { database, stored } = await sqlite()
    const recorder = createRecorder()
    recorder.record(call)
    await recorder.flush()
    const stop = recorder.start({ database, log })
    await stop()
    assert.equal(await stored(), 1)
  })

  test('keeps a bounded number while the database is away, adds up the other calls, and never throws', async () => {
    const database = await openDatabase(`postgres://miktos@127.0.0.1:${await freePort()}/nothing`)
    after(() => database.close())
    const recorder = createRecorder()
    const stop = recorder.start({ database, log })
    for (let index = 0; index < 20_010; index++) recorder.record({ ...call, at: index * 10 })
    recorder.record({ ...call, event_id: 'e1', kind: 'login' })
    const figures = { waiting: 20_000, summed: 10, dropped: 1 }
    assert.deepEqual(recorder.figures(), figures)
    await stop()
    assert.deepEqual(recorder.figures(), figures)
  })

  test('gives up what the database will never take, so that the rest is not kept from it', async () => {
    const { database } = await sqlite()
    const recorder = createRecorder()
    const stop = recorder.start({ database, log })
    await database.write.schema.dropTable('activity_events').execute()
    recorder.record(call)
    await recorder.flush()
    assert.deepEqual(recorder.figures(), { waiting: 0, summed: 0, dropped: 1 })
    await stop()
  })
})
