import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import { minuteMs } from '#kernel/time.ts'
import { eachEngine } from '../../../test/support/engines.ts'
import { freePort } from '../../../test/support/port.ts'
import { openDatabase } from '../database/open.ts'
import { queryObserver, systemOf } from './queries.ts'
import { rollingWindow } from './window.ts'

eachEngine('query metrics', (engine) => {
  test('every query is measured by what it does, within transactions too', async () => {
    const url = await engine.freshUrl()
    const registry = new Registry()
    const queries = rollingWindow(Date.now())
    const { plugin, onFailed } = queryObserver(registry, queries, systemOf(url))
    const database = await openDatabase(url, [plugin], onFailed)
    await database.read.selectNoFrom((row) => row.val(1).as('one')).execute()
    await database.transaction((tx) => tx.selectNoFrom((row) => row.val(1).as('one')).execute())
    const text = await registry.metrics()
    assert.match(text, /duration_seconds_count\{db_system_name="\w+",db_operation_name="SELECT"\} 2/)
    assert.equal(queries.figures(Date.now(), minuteMs).count, 2)
    await database.close()
  })

  test('a query that fails is counted with why, once', async () => {
    const url = await engine.freshUrl()
    const registry = new Registry()
    const queries = rollingWindow(Date.now())
    const { plugin, onFailed } = queryObserver(registry, queries, systemOf(url))
    const database = await openDatabase(url, [plugin], onFailed)
    const table = 'no_such_table' as 'invariant_locks'
    await assert.rejects(database.read.selectFrom(table).selectAll().execute())
    await assert.rejects(database.transaction((tx) => tx.selectFrom(table).selectAll().execute()))
    const text = await registry.metrics()
    assert.match(text, /_count\{db_system_name="\w+",db_operation_name="SELECT",error_type="[A-Z0-9_]+"\} 2/)
    const { count, failed_ratio } = queries.figures(Date.now(), minuteMs)
    assert.deepEqual({ count, failed_ratio }, { count: 2, failed_ratio: 1 })
    await database.close()
  })
})

test('a database that is away counts as failed', async () => {
  const registry = new Registry()
  const url = `postgres://miktos@127.0.0.1:${await freePort()}/nothing`
  const { plugin, onFailed } = queryObserver(registry, rollingWindow(Date.now()), systemOf(url))
  const database = await openDatabase(url, [plugin], onFailed)
  await assert.rejects(database.read.selectNoFrom((row) => row.val(1).as('one')).execute())
  assert.match(
    await registry.metrics(),
    /_count\{db_system_name="postgresql",db_operation_name="CONNECT",error_type="ECONNREFUSED"\} 1/,
  )
  await database.close()
})
