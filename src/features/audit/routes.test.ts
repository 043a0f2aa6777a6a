import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { appendAudit } from '#platform/audit/append.ts'
import { startApp, type TestApp } from '../../../test/support/app.ts'
import { auditEntry, fillAuditLog } from '../../../test/support/auditLog.ts'
import { eachEngine } from '../../../test/support/engines.ts'

interface Log {
  seq: number
  action: string
  actor: { kind: string; id: string; label: string }
  target: { kind: string; id: string }
  address: string
  request_id: string
  timestamp: string
  changes: { field: string; before: unknown; after: unknown }[]
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
}

const list = async (
  { admin }: Pick<TestApp, 'admin'>,
  query = '',
): Promise<{ logs: Log[]; total: number; has_more: boolean }> =>
  (await admin('GET', `/api/v1/admin/logs${query}`)).json()

const actionsOf = ({ logs }: { logs: Log[] }): string[] => logs.map(({ action }) => action)

/** Rows of cells as RFC 4180 writes them. */
function csvRows(text: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n)/g)) {
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain!)
    if (end === '\n') rows.push([])
  }
  return rows.slice(0, -1)
}

const withMara = async (): Promise<TestApp & { maraId: string }> => {
  const app = await startApp()
  const created = await app.admin(
    'POST',
    '/api/v1/admin/users',
    { email: 'mara@example.com', username: 'mara', role: 'viewer', password: 'a long enough phrase' },
    { 'x-request-id': 'request-of-mara' },
  )
  return { ...app, maraId: created.json().id }
}

describe('GET /admin/logs', () => {
  test('200 newest first, with who, what, where from and the fields that changed, but no secret', async () => {
    const app = await withMara()
    await app.admin('PUT', `/api/v1/admin/users/${app.maraId}`, { role: 'operator', email: 'mara@example.org' })
    const { logs, total, has_more } = await list(app)
    const [update, create] = logs
    assert.deepEqual(
      [update!.action, update!.actor, update!.target],
      ['user.update', { kind: 'user', id: app.adminId, label: 'admin' }, { kind: 'user', id: app.maraId }],
    )
    assert.deepEqual(update!.changes, [
      { field: 'email', before: 'mara@example.com', after: 'mara@example.org' },
      { field: 'role', before: 'viewer', after: 'operator' },
    ])
    assert.deepEqual(
      [create!.action, create!.request_id, create!.address, create!.before],
      ['user.create', 'request-of-mara', '127.0.0.1', null],
    )
    assert.deepEqual([create!.after!.username, create!.after!.email], ['mara', 'mara@example.com'])
    assert.deepEqual([total, has_more], [logs.length, false])
    assert.equal(JSON.stringify(logs).includes('a long enough phrase'), false)
  })

  test('200 in the envelope on /api, and under /audit', async () => {
    const { admin } = await startApp()
    for (const path of ['/api/admin/logs', '/api/audit']) {
      const { success, data } = (await admin('GET', path)).json()
      assert.deepEqual([success, Array.isArray(data.logs)], [true, true])
    }
  })

  test('each filter leaves only what matches', async () => {
    const app = await withMara()
    // A number might stand in a random id as well.
    await app.admin('PUT', '/api/v1/config', { lockout_minutes: 33, registration: 'closed' })
    const only = async (query: string): Promise<string[]> => [...new Set(actionsOf(await list(app, `?${query}`)))]
    assert.deepEqual(await only('action=settings.update'), ['settings.update'])
    assert.deepEqual(await only('action=settings.'), ['settings.update'])
    assert.deepEqual(await only('action=settings.*'), ['settings.update'])
    assert.deepEqual(await only('action=settings'), [])
    assert.deepEqual(await only(`target_id=${app.maraId}`), ['user.create'])
    assert.deepEqual(await only('target_kind=settings'), ['settings.update'])
    assert.deepEqual(await only('request_id=request-of-mara'), ['user.create'])
    assert.deepEqual(await only('q=MARA%40'), ['user.create'])
    assert.deepEqual(await only('q=closed'), ['settings.update'])
    assert.deepEqual(await only('q=lockout%25minutes'), [])
    assert.deepEqual(await only('q=lockout_minutes'), ['settings.update'])
    assert.deepEqual(await only('address=10.0.0.7'), [])
    assert.deepEqual(await only('actor=nobody'), [])
    assert.deepEqual(await only(`actor=${app.adminId}&action=settings.`), ['settings.update'])
    assert.deepEqual(await only('actor=admin&action=settings.'), ['settings.update'])
    assert.deepEqual(await only('result=denied'), [])
    assert.deepEqual(await only('to=2020-01-01'), [])
    assert.deepEqual(
      await only(`from=${encodeURIComponent(new Date(app.clock.now()).toISOString())}&action=settings.`),
      ['settings.update'],
    )
  })

  test('a page ends where the next begins, by offset and by before_seq, and total counts all', async () => {
    const app = await startApp()
    for (let n = 0; n < 7; n++) await app.admin('PUT', '/api/v1/config', { lockout_minutes: 20 + n })
    const all = (await list(app, '?action=settings.')).logs.map(({ seq }) => seq)
    const first = await list(app, '?action=settings.&limit=3')
    assert.deepEqual([first.logs.map(({ seq }) => seq), first.total, first.has_more], [all.slice(0, 3), 7, true])
    for (const more of ['offset=3', `before_seq=${all[2]}`]) {
      const second = await list(app, `?action=settings.&limit=3&${more}`)
      assert.deepEqual([second.logs.map(({ seq }) => seq), second.total, second.has_more], [all.slice(3, 6), 7, true])
    }
    const last = await list(app, '?action=settings.&limit=3&offset=6')
    assert.deepEqual([last.logs.length, last.has_more], [1, false])
  })

  test('a record that somebody spoiled in the database does not hide the others', async () => {
    const app = await withMara()
    await app.app.platform.database.write
      .updateTable('audit_records')
      .set({ after_json: '{"role":' })
      .where('action', '=', 'user.create')
      .execute()
    const { logs } = await list(app, `?target_id=${app.maraId}`)
    assert.deepEqual(logs[0]!.after, { unreadable: '{"role":' })
  })

  test('400 for a time that is none and for a limit beyond 1000', async () => {
    const { admin } = await startApp()
    for (const query of ['from=yesterday', 'limit=1001', 'result=perhaps', 'before_seq=0']) {
      assert.equal((await admin('GET', `/api/v1/admin/logs?${query}`)).statusCode, 400, query)
    }
  })

  test('401 for a stranger, 403 without audit:read', async () => {
    const { anonymous, user } = await startApp()
    const developer = await user('developer')
    for (const path of [
      '/admin/logs',
      '/admin/logs/1',
      '/admin/logs/verify',
      '/admin/logs/export.csv',
      '/admin/logs/export.ndjson',
    ]) {
      assert.equal((await anonymous('GET', `/api/v1${path}`)).statusCode, 401, path)
      assert.deepEqual((await developer.call('GET', `/api/v1${path}`)).json().error.details, {
        permission: 'audit:read',
      })
    }
  })
})

describe('GET /admin/logs/{seq}', () => {
  test('200 with one record, 404 beyond the end, 400 for what is no number', async () => {
    const app = await withMara()
    const [newest] = (await list(app)).logs
    assert.deepEqual((await app.admin('GET', `/api/v1/admin/logs/${newest!.seq}`)).json(), newest)
    assert.equal((await app.admin('GET', '/api/v1/admin/logs/99999')).statusCode, 404)
    assert.equal((await app.admin('GET', '/api/v1/admin/logs/latest')).statusCode, 400)
  })
})

describe('GET /admin/logs/export', () => {
  test('200 with CSV that no spreadsheet takes for formulas and whose text is whole', async () => {
    const { app, admin } = await startApp()
    const names = [
      '=HYPERLINK("http://x","y")',
      '+1',
      '-1',
      '@SUM(A1)',
      '\t=1',
      '\r=1',
      '＝1+1',
      'quote " comma , line\nbreak',
      'ünï 🛠',
    ]
    for (const actor_label of names) {
      await app.platform.database.transaction((tx) =>
        appendAudit(tx, app.platform.secrets.key('audit'), { ...auditEntry(1), actor_label, action: 'test.formula' }),
      )
    }
    const reply = await admin('GET', '/api/v1/admin/logs/export.csv?action=test.')
    assert.equal(reply.headers['content-type'], 'text/csv; charset=utf-8')
    assert.match(
      String(reply.headers['content-disposition']),
      /^attachment; filename="miktos-audit-\d{4}-\d\d-\d\dT\d{6}\.csv"$/,
    )
    const [header, ...rows] = csvRows(reply.body)
    const labels = rows.map((row) => row[header!.indexOf('actor_label')]!)
    assert.deepEqual(
      labels,
      names.map((name, index) => (index < 7 ? `'${name}` : name)),
    )
    for (const cell of rows.flat()) assert.doesNotMatch(cell, /^[=+\-@\t\r＝]/)
    assert.equal(rows[0]![header!.indexOf('after')], auditEntry(1).after_json)
  })

  test('200 with one JSON object a line, oldest first, under the same filters', async () => {
    const app = await withMara()
    const reply = await app.admin('GET', `/api/v1/admin/logs/export.ndjson?target_id=${app.maraId}`)
    assert.equal(reply.headers['content-type'], 'application/x-ndjson')
    const lines = reply.body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.deepEqual(
      lines.map(({ action, target }) => [action, target.id]),
      [['user.create', app.maraId]],
    )
    const all = (await app.admin('GET', '/api/v1/admin/logs/export.ndjson')).body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.deepEqual(
      all.slice(1).map(({ previous_hash }) => previous_hash),
      all.slice(0, -1).map(({ hash }) => hash),
    )
  })

  test('who took what away is itself in the log', async () => {
    const app = await startApp()
    await app.admin('GET', '/api/v1/admin/logs/export.csv?action=user.&from=2026-01-01')
    const [newest] = (await list(app)).logs
    assert.deepEqual([newest!.action, newest!.target], ['audit.export', { kind: 'audit', id: 'csv' }])
    assert.deepEqual(newest!.after, { action: 'user.', from: '2026-01-01T00:00:00.000Z', up_to_seq: newest!.seq - 1 })
  })

  test('nothing to export is a header line, and no line', async () => {
    const { admin } = await startApp()
    assert.match((await admin('GET', '/api/v1/admin/logs/export.csv?action=none')).body, /^seq,timestamp,[^\n]*\n$/)
    assert.equal((await admin('GET', '/api/v1/admin/logs/export.ndjson?action=none')).body, '')
  })
})

describe('GET /admin/logs/verify', () => {
  test('200 that all is well', async () => {
    const app = await withMara()
    const { ok, records, last_seq, first_seq, broken, verified_at } = (
      await app.admin('GET', '/api/v1/admin/logs/verify')
    ).json()
    const { total } = await list(app)
    assert.deepEqual([ok, records, first_seq, last_seq, broken], [true, total, 1, total, null])
    assert.equal(verified_at, new Date(app.clock.now()).toISOString())
  })

  test('200 that it is broken, and where; the last finding can be asked for alone', async () => {
    const app = await withMara()
    const { seq } = (await list(app, '?action=user.create')).logs[0]!
    await app.admin('GET', '/api/v1/admin/logs/verify')
    await app.app.platform.database.write
      .updateTable('audit_records')
      .set({ actor_label: 'somebody else' })
      .where('seq', '=', seq)
      .execute()
    assert.equal((await app.admin('GET', '/api/v1/admin/logs/verify?latest=true')).json().ok, true)
    const found = (await app.admin('GET', '/api/v1/admin/logs/verify')).json()
    assert.deepEqual(
      [found.ok, found.broken],
      [false, { seq, reason: 'The record was changed, or written under another secret key' }],
    )
    assert.equal((await app.admin('GET', '/api/v1/admin/logs/verify?latest=true')).json().ok, false)
  })

  test('the end of the log is written down beside the database when the server stops', async () => {
    const app = await withMara()
    const { total } = await list(app)
    const dataDir = app.app.platform.config.get('data_dir')
    let lines: string[] = []
    const { database } = app.app.platform
    const close = database.close
    database.close = async () => {
      lines = readFileSync(join(dataDir, 'audit-checkpoints.ndjson'), 'utf8').trimEnd().split('\n')
      await close()
    }
    await app.stop()
    assert.equal(JSON.parse(lines.at(-1)!).seq, total)
  })
})

test('a log longer than what one query looks at is searched, paged and counted whole', async () => {
  const app = await startApp()
  const { database, secrets } = app.app.platform
  await fillAuditLog(database, secrets.key('audit'), 45_000)
  const newest = (await list(app, '?limit=1')).logs[0]!.seq
  for (const offset of [0, 19_999, 20_000, 39_990, 44_000]) {
    const { logs, total, has_more } = await list(app, `?limit=20&offset=${offset}`)
    assert.deepEqual(
      [logs.map(({ seq }) => seq), total, has_more],
      [Array.from({ length: 20 }, (_, n) => newest - offset - n), newest, true],
    )
  }
  const rare = await list(app, '?q=t44999&limit=5')
  assert.deepEqual([rare.logs.map(({ target }) => target.id), rare.total, rare.has_more], [['t44999'], 1, false])
  const scattered = await list(app, '?target_id=t1&limit=5')
  assert.deepEqual([scattered.logs.length, scattered.total], [1, 1])
})

eachEngine('the audit log', (engine) => {
  test('search, pages, export and verification say the same', async () => {
    const app = await startApp({ database_url: await engine.freshUrl() })
    await Promise.all(
      Array.from({ length: 8 }, (_, n) => app.admin('PUT', '/api/v1/config', { lockout_minutes: 20 + n })),
    )
    const { logs, total } = await list(
      app,
      '?action=settings.&q=LOCKOUT_minutes&actor=admin&target_kind=settings&result=ok&from=2020-01-01&to=2100-01-01',
    )
    assert.deepEqual([logs.length, total], [8, 8])
    const exported = await app.admin('GET', '/api/v1/admin/logs/export.ndjson?action=settings.&q=LOCKOUT_minutes')
    assert.deepEqual(
      exported.body
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).seq),
      logs.map(({ seq }) => seq).toReversed(),
    )
    assert.equal((await app.admin('GET', '/api/v1/admin/logs/verify')).json().ok, true)
  })
})
