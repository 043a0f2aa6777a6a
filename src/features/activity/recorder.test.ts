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
    for (let index = 0; index < 1_234; index++) recorder.record(call)
    await stop()
    assert.equal(await stored(), 1_235)
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

  test('keeps a bounded number while the database is away, counts the rest, and never throws', async () => {
    const database = await openDatabase(`postgres://miktos@127.0.0.1:${await freePort()}/nothing`)
    after(() => database.close())
    const recorder = createRecorder()
    const stop = recorder.start({ database, log })
    for (let index = 0; index < 20_010; index++) recorder.record(call)
    assert.deepEqual(recorder.figures(), { waiting: 20_000, dropped: 10 })
    await stop()
    assert.deepEqual(recorder.figures(), { waiting: 20_000, dropped: 10 })
  })

  test('gives up what the database will never take, so that the rest is not kept from it', async () => {
    const { database } = await sqlite()
    const recorder = createRecorder()
    const stop = recorder.start({ database, log })
    await database.write.schema.dropTable('activity_events').execute()
    recorder.record(call)
    await recorder.flush()
    assert.deepEqual(recorder.figures(), { waiting: 0, dropped: 1 })
    await stop()
  })
})
