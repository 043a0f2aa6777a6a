import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { TestApp } from '../../../test/support/app.ts'
import { eachEngine } from '../../../test/support/engines.ts'
import { signOfLife } from '../../../test/support/lifeSign.ts'
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
    await delay(3_000)
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
  const heldBy = ({ app }: TestApp, holder: string) =>
    app.platform.database.write.insertInto('leases').values({ name: 'work', holder, term: 7, beats: 70 }).execute()

  test('one that shows no life is succeeded', async () => {
    const [one, other] = await twoServers(engine)
    await heldBy(one, 'a-server-elsewhere')
    const lease = createLease(other.app.platform, 'work')
    const startedAt = performance.now()
    const stop = lease.start()
    await until('it is taken over', () => lease.held, 30_000)
    assert.ok(performance.now() - startedAt > 9_500)
    await stop()
  })

  test('one that was killed on this machine is succeeded at once, but not while it is frozen', async () => {
    const [one, other] = await twoServers(engine)
    const { platform } = other.app
    const holder = await signOfLife(platform.config.get('data_dir'), 'work', 'a-server-here')
    await heldBy(one, 'a-server-here')
    holder.kill('SIGSTOP')
    const lease = createLease(platform, 'work')
    const stop = lease.start()
    await delay(2_500)
    assert.equal(lease.held, false)
    const ended = once(holder, 'exit')
    holder.kill('SIGKILL')
    await ended
    const endedAt = performance.now()
    await until('it is taken over', () => lease.held)
    // Well before nothing was heard of it for ten seconds.
    assert.ok(performance.now() - endedAt < 6_000)
    await stop()
  })
})
