import { secondMs } from '#kernel/time.ts'
import type { Tx } from '../database/database.ts'
import { isDuplicate } from '../database/failures.ts'
import type { Migration } from '../database/schema.ts'
import type { Platform, Stop } from '../platform.ts'
import { lifeSign } from './lifeSign.ts'

interface LeaseRow {
  name: string
  /** Instance id of the server that has it; empty when it was given back. */
  holder: string
  /** Counts up with every holder: what an earlier one still writes is refused by it. */
  term: number
  /** Counts up while the holder lives. Others watch it move by their own clocks, so that clocks need not agree. */
  beats: number
}

declare module '../database/database.ts' {
  interface Tables {
    leases: LeaseRow
  }
}

export const leaseMigrations: Migration[] = [
  {
    name: '2026-11-22.04-leases',
    up: (schema) =>
      schema.table('leases', (table) =>
        table
          .addColumn('name', schema.id, (column) => column.primaryKey())
          .addColumn('holder', schema.id, (column) => column.notNull())
          .addColumn('term', schema.integer, (column) => column.notNull())
          .addColumn('beats', schema.integer, (column) => column.notNull()),
      ),
  },
]

/** Work that one server does for all. */
export interface Lease {
  /** Whether this server does it now. Turns false by itself when nothing was heard of the database for a while. */
  readonly held: boolean
  /**
   * Makes a transaction fail with LeaseLost unless this server still has the lease when it commits. A server that was
   * frozen, or cut off, and believes to have it still, cannot write what its successor has decided otherwise.
   */
  fence(tx: Tx): Promise<void>
  /** Called when this server got the lease, and when it lost it. */
  onChange(listener: (held: boolean) => void): Stop
  start(): Stop
}

export class LeaseLost extends Error {}

const renewEveryMs = secondMs
/** Without a renewal the holder stops acting well before others may take over. */
const validMs = 6 * secondMs
/** A holder that shows no life for so long is succeeded, unless it is known to have ended: at most about 12 s without anybody. */
const takeOverAfterMs = 10 * secondMs

/**
 * Elects one server by the database alone. A lease is taken within a second that was given back, or whose holder was a
 * process of this machine and data folder that has ended.
 */
export function createLease(platform: Platform, name: string): Lease {
  const { config, database, instanceId } = platform
  const sign = lifeSign(config.get('data_dir'), name, instanceId)
  const log = platform.log.child({ component: 'lease', lease: name })
  const listeners = new Set<(held: boolean) => void>()
  let term: number | undefined
  let renewedAt = -Infinity
  let told = false
  /** The last sign of life of the holder, and when it was new here. */
  let seen: (LeaseRow & { at: number }) | undefined

  const held = (): boolean => term !== undefined && performance.now() - renewedAt < validMs

  const tell = (): void => {
    if (held() === told) return
    told = held()
    log.info(told ? 'this server has taken over' : 'this server no longer has it')
    for (const listener of listeners) listener(told)
  }

  const beat = async (tx: Tx, termHeld: number): Promise<boolean> => {
    const { numUpdatedRows } = await tx
      .updateTable('leases')
      .set((row) => ({ beats: row('beats', '+', 1) }))
      .where('name', '=', name)
      .where('holder', '=', instanceId)
      .where('term', '=', termHeld)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  const renew = async (termHeld: number): Promise<void> => {
    const startedAt = performance.now()
    // A beat that a power cut takes is missed by nobody; waiting for the disk each second would be noticed by everybody.
    if (await database.measurement((tx) => beat(tx, termHeld))) renewedAt = startedAt
    else term = undefined
  }

  const take = async (row: LeaseRow): Promise<void> => {
    const startedAt = performance.now()
    const { numUpdatedRows } = await database.write
      .updateTable('leases')
      .set({ holder: instanceId, term: row.term + 1, beats: row.beats + 1 })
      .where('name', '=', name)
      .where('term', '=', row.term)
      .where('beats', '=', row.beats)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) return
    term = row.term + 1
    renewedAt = startedAt
    sign.sweep()
  }

  const apply = async (): Promise<void> => {
    const row = await database.read.selectFrom('leases').selectAll().where('name', '=', name).executeTakeFirst()
    if (!row) {
      await insertFree(platform, name)
      return apply()
    }
    const isNew = row.term !== seen?.term || row.beats !== seen.beats
    if (isNew) seen = { ...row, at: performance.now() }
    const silentMs = performance.now() - seen!.at
    if (row.holder === '' || silentMs >= takeOverAfterMs || sign.isGone(row.holder)) await take(row)
  }

  const look = (): Promise<void> => (term === undefined ? apply() : renew(term))

  return {
    get held() {
      return held()
    },
    fence: async (tx) => {
      if (term === undefined || !(await beat(tx, term))) throw new LeaseLost(`Another server has taken over ${name}`)
    },
    onChange: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    start: () => {
      const endSign = sign.give()
      let running = Promise.resolve()
      let busy = false
      const run = (): void => {
        tell()
        if (busy) return
        busy = true
        running = look()
          .catch((error: unknown) => log.warn({ err: error }, 'the lease could not be renewed'))
          .then(tell)
          .finally(() => (busy = false))
      }
      run()
      const timer = setInterval(run, renewEveryMs)
      return async () => {
        clearInterval(timer)
        await running
        if (term !== undefined) await giveBack(platform, name, term)
        term = undefined
        tell()
        await endSign()
      }
    },
  }
}

async function insertFree({ database }: Platform, name: string): Promise<void> {
  try {
    await database.write.insertInto('leases').values({ name, holder: '', term: 0, beats: 0 }).execute()
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
}

async function giveBack({ database, instanceId }: Platform, name: string, term: number): Promise<void> {
  await database.write
    .updateTable('leases')
    .set({ holder: '' })
    .where('name', '=', name)
    .where('holder', '=', instanceId)
    .where('term', '=', term)
    .execute()
}
