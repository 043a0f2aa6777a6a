import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { appendFileSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { until } from '../../../test/support/until.ts'
import { Spool } from './remote/spool.ts'
import { fanout } from './fanout.ts'

interface Batch {
  id: number
  at: bigint
  values: Float64Array
}

const batch = (id: number): Batch => ({ id, at: BigInt(id) << 60n, values: Float64Array.of(id, Number.NaN) })
const unreachable = new Error('nobody there')

/** Stores that only remember; the second may be away. */
function stores() {
  const kept: number[] = []
  const copied: Batch[] = []
  const state = { isAway: false, calls: 0 }
  return {
    kept,
    copied,
    state,
    first: { append: async ({ id }: Batch) => kept.push(id), close: async () => undefined },
    second: {
      append: async (given: Batch) => {
        state.calls++
        if (state.isAway) throw unreachable
        copied.push(given)
        return { rejected: [] }
      },
      close: async () => undefined,
    },
  }
}

describe('fan-out to a second store', () => {
  const warnings: string[] = []
  const options = (bytesMax = 1e6) => ({
    dir: join(temporaryFolder(), 'outgoing'),
    bytesMax,
    warn: (message: string) => void warnings.push(message),
  })

  test('the second gets everything in order, as it was', async () => {
    const { first, second, kept, copied } = stores()
    const { store, figures } = fanout(first, second, options())
    for (let id = 0; id < 100; id++) await store.append(batch(id))
    await until('all are copied', () => copied.length === 100)
    assert.deepEqual(
      copied,
      Array.from({ length: 100 }, (_, id) => batch(id)),
    )
    assert.equal(kept.length, 100)
    await until('the files are gone', () => figures().waiting === 0 && figures().bytes === 0)
    assert.equal(figures().sent, 100)
    await store.close()
  })

  test('what the first refuses is not copied', async () => {
    const { second, copied, state } = stores()
    const refusing: { append(given: Batch): Promise<number>; close(): Promise<void> } = {
      append: () => Promise.reject(new Error('full')),
      close: async () => undefined,
    }
    const { store } = fanout(refusing, second, options())
    await assert.rejects(store.append(batch(1)), { message: 'full' })
    await store.close()
    assert.deepEqual([copied.length, state.calls], [0, 0])
  })

  test('while the second is away nothing waits for it, one warning says so, and a restart loses nothing', async () => {
    const { first, second, kept, copied, state } = stores()
    state.isAway = true
    const given = options()
    warnings.length = 0
    const before = fanout(first, second, given)
    const beganMs = performance.now()
    for (let id = 0; id < 50; id++) await before.store.append(batch(id))
    assert.ok(performance.now() - beganMs < 200)
    await until('it was tried again', () => state.calls > 2)
    await before.store.close()
    assert.equal(before.figures().waiting, 50)
    assert.deepEqual(warnings, ['The second store does not take what it is sent; it waits on disk'])
    state.isAway = false
    const again = fanout(first, second, given)
    await again.store.append(batch(50))
    await until('all are copied', () => copied.length === 51)
    assert.deepEqual(
      copied.map(({ id }) => id),
      kept,
    )
    await again.store.close()
  })

  test('beyond its bytes the oldest go, and are counted', async () => {
    const { first, second, copied, state } = stores()
    state.isAway = true
    warnings.length = 0
    const { store, figures } = fanout(first, second, options(10_000))
    for (let id = 0; id < 40; id++) {
      await store.append({ ...batch(id), values: new Float64Array(100) })
      // Files are what goes, so there have to be several.
      if (id % 4 === 0) await until('it is written', () => figures().unwritten === 0)
    }
    await until('some were dropped', () => figures().unwritten === 0 && figures().bytes <= 10_000)
    assert.ok(warnings.includes('Batches for the second store were left out'))
    const { waiting, dropped } = figures()
    assert.equal(waiting + dropped, 40)
    assert.ok(dropped > 0)
    state.isAway = false
    await until('the rest is copied', () => copied.some(({ id }) => id === 39), 20_000)
    assert.equal(copied.length, waiting)
    assert.ok(!copied.some(({ id }) => id === 0))
    await store.close()
  })

  test('a file that was being written when everything ended is read as far as it goes', async () => {
    const given = options()
    mkdirSync(given.dir)
    const waiting = new Spool<Batch>({ ...given, send: () => Promise.reject(unreachable) })
    waiting.add(batch(1))
    await waiting.close()
    appendFileSync(join(given.dir, readdirSync(given.dir)[0]!), Buffer.from([200, 0, 0, 0, 1, 2, 3, 4, 5]))
    const sent: number[] = []
    const again = new Spool<Batch>({ ...given, send: async ({ id }) => void sent.push(id) })
    after(() => again.close())
    await until('it is sent', () => sent.length === 1 && readdirSync(given.dir).length === 0)
    assert.deepEqual(sent, [1])
  })
})
