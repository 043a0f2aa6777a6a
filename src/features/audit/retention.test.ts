import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { dayMs } from '#kernel/time.ts'
import { Context, systemActor } from '#platform/context.ts'
import { startApp, type TestApp } from '../../../test/support/app.ts'
import { fillAuditLog } from '../../../test/support/auditLog.ts'
import { eachEngine } from '../../../test/support/engines.ts'
import { removableCount, removeOldRecords } from './retention.ts'

describe('which records may go', () => {
  const log = [1, 2, 3, 4].map((seq) => ({ seq, at: seq * 100 }))
  const cases: [what: string, keep: { from: number; fromSeq: number }, count: number][] = [
    ['none that is young enough', { from: 0, fromSeq: 0 }, 0],
    ['all before the first young one', { from: 300, fromSeq: 0 }, 2],
    ['all when all are old', { from: 500, fromSeq: 0 }, 4],
    ['young ones too when there are too many', { from: 0, fromSeq: 4 }, 3],
    ['whichever says more', { from: 200, fromSeq: 4 }, 3],
  ]
  for (const [what, keep, count] of cases) test(what, () => assert.equal(removableCount(log, keep), count))

  test('an old one behind a young one stays, so that the log loses its beginning only', () => {
    assert.equal(
      removableCount(
        [
          { seq: 1, at: 100 },
          { seq: 2, at: 900 },
          { seq: 3, at: 100 },
        ],
        { from: 500, fromSeq: 0 },
      ),
      1,
    )
  })
})

const system = ({ app: { platform } }: TestApp): Context =>
  new Context(platform, systemActor('system', 'Miktos', []), { requestId: null, address: null, userAgent: null })

const verify = async ({ admin }: TestApp) => (await admin('GET', '/api/v1/admin/logs/verify')).json()
const newest = async ({ admin }: TestApp) => (await admin('GET', '/api/v1/admin/logs?limit=1')).json().logs[0]

eachEngine('audit retention', (engine) => {
  test('old records go, slice by slice, and what is left still verifies', async () => {
    const app = await startApp({ database_url: await engine.freshUrl(), audit_retention_days: 10 })
    const { database, secrets } = app.app.platform
    await fillAuditLog(database, secrets.key('audit'), 6_000)
    const before = await verify(app)
    app.clock.advance(5 * dayMs)
    const { token } = await app
      .login('admin', 'a long enough phrase')
      .then((reply) => ({ token: reply.json().tokens.access_token as string }))
    const later = { ...app, admin: app.as(token) }
    const young = (await newest(later)).seq
    app.clock.advance(5.5 * dayMs)
    assert.equal(await removeOldRecords(system(app)), 0)
    app.clock.advance(dayMs)
    assert.equal(await removeOldRecords(system(app)), young - 1)
    const after = await verify({
      ...app,
      admin: app.as((await app.login('admin', 'a long enough phrase')).json().tokens.access_token),
    })
    assert.deepEqual([before.ok, before.first_seq, after.ok, after.first_seq], [true, 1, true, young])
    const told = await database.read
      .selectFrom('audit_records')
      .selectAll()
      .where('action', '=', 'audit.retention')
      .orderBy('seq')
      .execute()
    assert.deepEqual(
      told.map(({ before_json, after_json }) => [
        JSON.parse(before_json!).first_seq,
        JSON.parse(after_json!).first_seq,
      ]),
      [
        [1, 5_001],
        [5_001, young],
      ],
    )
  })

  test('a second time there is nothing to do, and nothing is recorded', async () => {
    const app = await startApp({ database_url: await engine.freshUrl() })
    const { seq } = await newest(app)
    assert.equal(await removeOldRecords(system(app)), 0)
    assert.equal((await newest(app)).seq, seq)
  })
})

test('the number of records is bounded too, and at the bound nothing is done without need', async () => {
  const app = await startApp({ audit_records_max: 1_000 })
  const { database, secrets } = app.app.platform
  await fillAuditLog(database, secrets.key('audit'), 3_000)
  assert.ok((await removeOldRecords(system(app))) > 2_000)
  const { ok, records } = await verify(app)
  assert.deepEqual([ok, records], [true, 991])
  assert.equal(await removeOldRecords(system(app)), 0)
})
