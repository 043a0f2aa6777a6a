import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { after, describe, test } from 'node:test'
import { testConfig } from '#platform/config/config.ts'
import { createLogger } from '#platform/logging/logging.ts'
import { createApp } from '#server/app.ts'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { until } from '../../../test/support/until.ts'

interface Given {
  prepare?: (dataDir: string) => void
  logs_own?: boolean
}

async function start({ prepare, logs_own = true }: Given = {}) {
  const data_dir = temporaryFolder()
  prepare?.(data_dir)
  const config = testConfig({
    data_dir,
    database_url: `sqlite:///${join(data_dir, 'miktos.db')}`,
    log_level: 'INFO',
    log_format: 'json',
    logs_own,
    logs_journal: false,
    logs_docker: false,
    metrics_interval_seconds: 0,
  })
  const printed = new PassThrough()
  let text = ''
  printed.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const { log, lines, flush } = createLogger(config, { console: printed })
  const app = await createApp({ config, log, logLines: lines })
  after(() => app.stop())
  const found = async (query: string): Promise<Found> => {
    const reply = await app.http.inject({
      method: 'POST',
      url: '/api/v1/logs/search',
      payload: { query, limit: 5_000 },
      headers: { authorization: `Bearer ${app.localToken}` },
    })
    return reply.json()
  }
  return { app, log, data_dir, found, printed: async () => (await flush(), text) }
}

interface Found {
  rows: {
    line: string
    severity: string
    service: string
    labels: Record<string, string>
    metadata: Record<string, string>
  }[]
}

describe('the own log', () => {
  test('is stored with its level, its component and its fields, redacted and in order', async () => {
    const { log, found, app } = await start()
    for (const number of [1, 2, 3])
      log.child({ component: 'probe' }).warn({ number, nested: { deep: 'yes' }, password: 'hunter2' }, `line ${number}`)
    let rows: Found['rows'] = []
    await until('three lines', async () => (rows = (await found('@component:probe')).rows).length === 3)
    assert.deepEqual(
      rows.map(({ line, severity, service }) => [line, severity, service]),
      [3, 2, 1].map((number) => [`line ${number}`, 'warn', 'miktos']),
    )
    assert.equal(rows[0]!.metadata['number'], '3')
    assert.equal(rows[0]!.metadata['nested_deep'], 'yes')
    assert.doesNotMatch(JSON.stringify(rows), /hunter2/)
    const metrics = await app.platform.metrics.registry.metrics()
    assert.match(metrics, /^miktos_log_lines_ingested_total\{source="own"\} \d+$/m)
    assert.match(metrics, /^miktos_search_queries_total\{store="logs",outcome="ok"\} \d+$/m)
    assert.match(metrics, /^miktos_store_bytes\{kind="state"\} [1-9]\d+$/m)
  })

  test('waits while the store is away, says so once, counts what does not fit and tells the store nothing of that', async () => {
    const away = (dir: string): string => join(dir, 'logs')
    const { log, found, data_dir, printed } = await start({ prepare: (dir) => writeFileSync(away(dir), 'in the way') })
    const probe = log.child({ component: 'probe' })
    probe.info('before')
    await until('a complaint', async () => (await printed()).includes('the own log is not stored and waits'))
    for (let number = 0; number < 12_000; number++) probe.info({ number }, 'while it is away')
    rmSync(away(data_dir))
    await until('the lines', async () => (await found('before')).rows.length === 1, 20_000)
    await until('the note of what was lost', async () => (await printed()).includes('too many waited'), 20_000)
    const rows = (await found('@component:probe')).rows
    assert.equal(new Set(rows.map(({ metadata }) => metadata['number'])).size, rows.length)
    const complaints = (await printed()).match(/the own log is not stored and waits/g)
    assert.equal(complaints?.length, 1)
    assert.deepEqual((await found('@component:"own-log"')).rows, [])
  })

  test('is not stored when that is switched off', async () => {
    const { log, app } = await start({ logs_own: false })
    log.child({ component: 'probe' }).error('not this one')
    await app.stop()
    assert.equal(app.platform.telemetry.states().logs.running, false)
  })
})
