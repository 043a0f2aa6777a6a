import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eachEngine } from '../../../test/support/engines.ts'
import { twoServers } from '../../../test/support/twoServers.ts'
import { until } from '../../../test/support/until.ts'
import { createLease, LeaseLost, type Lease } from './lease.ts'

eachEngine('a lease', (engine) => {
  const start = async (): Promise<[Lease, Lease, () => Promise<void>]> => {
    const [one, other] = await twoServers(engine)
    const leases = [createLease(one.app.platform, 'work'), createLease(other.app.platform, 'work')] as const
    const stops = leases.map((lease) => lease.start())
    return [
      ...leases,
      async () => {
        for (const stop of stops) await stop()
      },
    ]
  }
  const holders = (...leases: Lease[]): number => leases.filter(({ held }) => held).length

  test('of two that want it one has it, and keeps it', async () => {
    const [one, other, stop] = await start()
    await until('somebody has it', () => holders(one, other) === 1)
    const first = one.held
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    assert.deepEqual([one.held, other.held], [first, !first])
    await stop()
    assert.equal(holders(one, other), 0)
  })

  test('given back it goes to the other, which is told', async () => {
    const [one, other] = await twoServers(engine)
    const [mine, theirs] = [createLease(one.app.platform, 'work'), createLease(other.app.platform, 'work')]
    const heard: boolean[] = []
    theirs.onChange((held) => void heard.push(held))
    const stopMine = mine.start()
    await until('the first has it', () => mine.held)
    const stopTheirs = theirs.start()
    await stopMine()
    await until('the second has it', () => theirs.held)
    await stopTheirs()
    assert.deepEqual(heard, [true, false])
  })

  test('who was succeeded cannot commit any more', async () => {
    const [one, other] = await twoServers(engine)
    const lease = createLease(one.app.platform, 'work')
    const stop = lease.start()
    await until('it is held', () => lease.held)
    const { database } = one.app.platform
    await database.transaction((tx) => lease.fence(tx))
    await other.app.platform.database.write
      .updateTable('leases')
      .set((row) => ({ holder: 'another', term: row('term', '+', 1) }))
      .execute()
    const name = 'written by the old one'
    await assert.rejects(
      database.transaction(async (tx) => {
        await tx.insertInto('installation').values({ name, value: 'x' }).execute()
        await lease.fence(tx)
      }),
      LeaseLost,
    )
    const left = await database.read.selectFrom('installation').select('name').where('name', '=', name).execute()
    assert.deepEqual(left, [])
    await stop()
  })

  // Asks nothing more of the database, and takes its time.
  if (engine.name !== 'SQLite') return
  test('one that shows no life is succeeded', async () => {
    const [one, other] = await twoServers(engine)
    await one.app.platform.database.write
      .insertInto('leases')
      .values({ name: 'work', holder: 'a server that was killed', term: 7, beats: 70 })
      .execute()
    const lease = createLease(other.app.platform, 'work')
    const stop = lease.start()
    await until('it is taken over', () => lease.held, 30_000)
    await stop()
  })
})
