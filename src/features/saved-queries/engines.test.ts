import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startApp, type Call } from '../../../test/support/app.ts'
import { eachEngine } from '../../../test/support/engines.ts'

const path = '/api/v1/saved-queries'

interface Saved {
  id: string
  queries: string[]
  starred: boolean
}

const list = async (call: Call, page = 'metrics'): Promise<Saved[]> =>
  (await call('GET', `${path}?page=${page}`)).json().queries
const texts = async (call: Call, page?: string): Promise<string[]> =>
  (await list(call, page)).map(({ queries }) => queries.join(' | '))

eachEngine('saved queries', (engine) => {
  const start = async () => {
    const app = await startApp({ database_url: await engine.freshUrl() })
    const run = async (queries: string[], call: Call = app.admin, page = 'metrics'): Promise<Saved> => {
      app.clock.advance(1)
      const reply = await call('PUT', path, { page, queries })
      assert.equal(reply.statusCode, 200, reply.body)
      return reply.json()
    }
    return { ...app, run }
  }

  test('the last that ran comes first, once; pages and users keep theirs apart', async () => {
    const { admin, user, run } = await start()
    await run(['up'])
    await run(['rate(a[5m])', 'up'])
    await run(['up'])
    await run(['level:error'], admin, 'logs')
    const mara = await user('viewer', 'mara')
    await run(['hers'], mara.call)
    assert.deepEqual(await texts(admin), ['up', 'rate(a[5m]) | up'])
    assert.deepEqual(await texts(admin, 'logs'), ['level:error'])
    assert.deepEqual(await texts(mara.call), ['hers'])
    const { id } = (await list(mara.call))[0]!
    assert.equal((await admin('PUT', `${path}/${id}/star`, { starred: true })).statusCode, 404)
    assert.equal((await admin('DELETE', `${path}/${id}`)).statusCode, 404)
  })

  test('a hundred are kept, and those with a star besides', async () => {
    const { admin, run } = await start()
    const { id } = await run(['kept'])
    assert.equal((await admin('PUT', `${path}/${id}/star`, { starred: true })).json().starred, true)
    for (let count = 0; count < 103; count += 1) await run([`q${count}`])
    const all = await list(admin)
    assert.deepEqual([all.length, all.at(-1)!.queries, all.at(-2)!.queries], [101, ['kept'], ['q3']])
    await run(['kept'])
    assert.equal((await list(admin))[0]!.starred, true, 'what runs again keeps its star')
    assert.equal((await admin('DELETE', `${path}/${id}`)).statusCode, 200)
    assert.equal((await admin('DELETE', `${path}/${id}`)).statusCode, 404)
  })

  test('the same one in eight windows at once is there once', async () => {
    const { admin } = await start()
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => admin('PUT', path, { page: 'metrics', queries: ['up'] })),
    )
    assert.deepEqual([...new Set(replies.map(({ statusCode }) => statusCode))], [200])
    assert.deepEqual(await texts(admin), ['up'])
  })

  test('hostile text comes back as it was written; what is too long or empty is refused', async () => {
    const { admin, run } = await start()
    const text = `'"\\;-- %_! <script>alert(1)</script> مشروع 👩🏽‍🚀 \u0000 \u0007`
    await run([text])
    assert.deepEqual((await list(admin))[0]!.queries, [text])
    for (const queries of [[], [' '], ['x'.repeat(20_001)], Array.from({ length: 13 }, () => 'up')])
      assert.equal((await admin('PUT', path, { page: 'metrics', queries })).statusCode, 400)
  })

  test('the history goes with its user, and what ran leaves no audit record', async () => {
    const { admin, app, user, run } = await start()
    const mara = await user('viewer', 'mara')
    await run(['hers'], mara.call)
    assert.equal((await admin('DELETE', `/api/v1/admin/users/${mara.id}`)).statusCode, 200)
    const rows = await app.platform.database.read.selectFrom('saved_queries').selectAll().execute()
    assert.deepEqual(rows, [])
    const records = await app.platform.database.read.selectFrom('audit_records').select('action').execute()
    assert.ok(!records.some(({ action }) => action.startsWith('saved-queries.')))
  })
})
