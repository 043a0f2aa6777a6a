import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dayMs } from '#kernel/time.ts'
import { Context, systemActor } from '#platform/context.ts'
import { startApp, type TestApp } from '../../../test/support/app.ts'
import { eachEngine } from '../../../test/support/engines.ts'
import { removeEndedKeys } from './retention.ts'

const own = '/api/v1/me/api-keys'

const system = ({ app: { platform } }: TestApp): Context =>
  new Context(platform, systemActor('system', 'Miktos', []), { requestId: null, address: null, userAgent: null })

const names = async ({ app }: TestApp): Promise<string[]> =>
  (await app.platform.database.read.selectFrom('api_keys').select('name').orderBy('name').execute()).map(
    ({ name }) => name,
  )

const records = ({ app }: TestApp) =>
  app.platform.database.read
    .selectFrom('audit_records')
    .select(['actor_id', 'after_json'])
    .where('action', '=', 'api-key.retention')
    .execute()

eachEngine('ended API keys', (engine) => {
  test('go a while after they were revoked or expired; those that live stay', async () => {
    const app = await startApp({ database_url: await engine.freshUrl(), api_key_retention_days: 10 })
    const make = async (name: string, expires_in_days?: number): Promise<string> =>
      (await app.admin('POST', own, { name, ...(expires_in_days && { expires_in_days }) })).json().id
    await make('endless')
    await make('expired', 5)
    await make('young', 30)
    const revoked = await make('revoked')
    assert.equal((await app.admin('DELETE', `${own}/${revoked}`)).statusCode, 200)

    app.clock.advance(9 * dayMs)
    assert.equal(await removeEndedKeys(system(app)), 0)
    assert.deepEqual(await records(app), [])
    app.clock.advance(2 * dayMs)
    assert.equal(await removeEndedKeys(system(app)), 1)
    assert.deepEqual(await names(app), ['endless', 'expired', 'young'])
    app.clock.advance(5 * dayMs)
    assert.equal(await removeEndedKeys(system(app)), 1)
    assert.deepEqual(await names(app), ['endless', 'young'])
    assert.equal(await removeEndedKeys(system(app)), 0)
    const told = await records(app)
    assert.deepEqual(
      told.map(({ actor_id, after_json }) => [actor_id, after_json]),
      [
        ['system', '{"removed":1}'],
        ['system', '{"removed":1}'],
      ],
    )
  })

  test('of two servers that forget at the same moment no key is counted twice', async () => {
    const app = await startApp({ database_url: await engine.freshUrl(), api_key_retention_days: 10 })
    for (const name of ['a', 'b', 'c']) await app.admin('POST', own, { name, expires_in_days: 1 })
    app.clock.advance(12 * dayMs)
    const sweeps = await Promise.allSettled([removeEndedKeys(system(app)), removeEndedKeys(system(app))])
    const removed = sweeps.map((sweep) => (sweep.status === 'fulfilled' ? sweep.value : 0))
    assert.equal(removed[0]! + removed[1]!, 3)
    assert.deepEqual(await names(app), [])
  })
})
