import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dayMs } from '#kernel/time.ts'
import { startApp, type Call } from '../../../test/support/app.ts'
import { eachEngine } from '../../../test/support/engines.ts'

const path = '/api/v1/short-links'
const long = `/explore?q=${'x'.repeat(3_000)}&from=now-1h`

const keep = async (call: Call, address: string): Promise<string> => {
  const reply = await call('POST', path, { address })
  assert.equal(reply.statusCode, 201, reply.body)
  assert.equal(reply.json().address, address)
  return reply.json().id
}

eachEngine('short links', (engine) => {
  const start = async (settings = {}) => startApp({ database_url: await engine.freshUrl(), ...settings })

  test('lead everybody to where they were made, and the same address has one', async () => {
    const { admin, anonymous, user } = await start()
    const { call } = await user('viewer')
    const ids = await Promise.all(Array.from({ length: 8 }, () => keep(admin, long)))
    assert.equal(new Set([...ids, await keep(call, long)]).size, 1)
    assert.equal((await call('GET', `${path}/${ids[0]}`)).json().address, long)
    assert.equal((await anonymous('GET', `${path}/${ids[0]}`)).statusCode, 401)
    assert.notEqual(await keep(admin, `${long}&refresh=10s`), ids[0])
  })

  test('lead nowhere else: another host, a script, what no address has in it', async () => {
    const { admin } = await start()
    for (const address of [
      '',
      'explore',
      '//evil.example/x',
      String.raw`/\evil.example`,
      'https://evil.example/',
      'javascript:alert(1)',
      '/a b',
      '/a\u0000',
      '/\n/evil.example',
      `/${'x'.repeat(32_000)}`,
    ])
      assert.equal((await admin('POST', path, { address })).statusCode, 400, JSON.stringify(address))
    for (const id of ['short', '%3Cscript%3E', 'x'.repeat(17)])
      assert.equal((await admin('GET', `${path}/${id}`)).statusCode, 400, id)
    assert.equal((await admin('GET', `${path}/${'x'.repeat(16)}`)).statusCode, 404)
  })

  test('are kept for as long as they are followed', async () => {
    const { admin, app, as, clock, login, user } = await start({ short_link_retention_days: 10 })
    const { username, password } = await user('viewer')
    const loggedIn = async (): Promise<Call> => as((await login(username, password)).json().tokens.access_token)
    const [followed, forgotten] = [await keep(admin, '/logs?q=followed'), await keep(admin, '/logs?q=forgotten')]
    const status = async (call: Call, id: string) => (await call('GET', `${path}/${id}`)).statusCode
    clock.advance(6 * dayMs)
    assert.equal(await status(await loggedIn(), followed), 200)
    clock.advance(6 * dayMs)
    const latest = await loggedIn()
    assert.deepEqual([await status(latest, followed), await status(latest, forgotten)], [200, 404])
    await keep(latest, '/logs?q=another')
    const rows = await app.platform.database.read.selectFrom('short_links').select('address').execute()
    assert.deepEqual(rows.map(({ address }) => address).toSorted(), ['/logs?q=another', '/logs?q=followed'])
  })

  test('of one user five hundred are kept; they go with the user, and leave no audit record', async () => {
    const { admin, app, clock, user } = await start()
    const mara = await user('viewer', 'mara')
    const first = await keep(mara.call, '/logs?q=first')
    for (let count = 0; count < 500; count++) {
      clock.advance(1)
      await keep(mara.call, `/logs?q=${count}`)
    }
    assert.equal((await admin('GET', `${path}/${first}`)).statusCode, 404)
    const rows = () => app.platform.database.read.selectFrom('short_links').selectAll().execute()
    assert.equal((await rows()).length, 500)
    assert.equal((await admin('DELETE', `/api/v1/admin/users/${mara.id}`)).statusCode, 200)
    assert.equal((await rows()).length, 0)
    const records = await app.platform.database.read.selectFrom('audit_records').select('action').execute()
    assert.ok(!records.some(({ action }) => action.startsWith('short-links.')))
  })
})
