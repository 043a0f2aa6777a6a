import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import { minuteMs } from '#kernel/time.ts'
import { eachEngine } from '../../../test/support/engines.ts'
import { openDatabase } from '../database/open.ts'
import { queryObserver, systemOf } from './queries.ts'
import { rollingWindow } from './window.ts'

eachEngine('query metrics', (engine) => {
  test('every query is measured by what it does, within transactions too', async () => {
    const url = await engine.freshUrl()
    const registry = new Registry()
    const queries = rollingWindow(Date.now())
    const database = await openDatabase(url, [queryObserver(registry, queries, systemOf(url))])
    await database.read.selectNoFrom((row) => row.val(1).as('one')).execute()
    await database.transaction((tx) => tx.selectNoFrom((row) => row.val(1).as('one')).execute())
    const text = await registry.metrics()
    assert.match(text, /duration_seconds_count\{db_system_name="\w+",db_operation_name="SELECT"\} 2/)
    assert.equal(queries.figures(Date.now(), minuteMs).count, 2)
    await database.close()
  })
})
