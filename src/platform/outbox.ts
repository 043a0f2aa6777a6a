import { secondMs } from '#kernel/time.ts'
import type { Tx } from './database/database.ts'
import type { Migration } from './database/schema.ts'
import type { Platform, Stop } from './platform.ts'

/** Something that happened and was committed. `topic` is the action: `user.update`. */
export interface DomainEvent {
  id: string
  topic: string
  at: number
  payload: Record<string, unknown>
}

declare module './database/database.ts' {
  interface Tables {
    outbox: { id: string; topic: string; at: number; payload_json: string }
  }
}

export const outboxMigrations: Migration[] = [
  {
    name: '2026-11-22.02-outbox',
    up: (schema) =>
      schema.table('outbox', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('topic', schema.id, (column) => column.notNull())
          .addColumn('at', schema.integer, (column) => column.notNull())
          .addColumn('payload_json', schema.text, (column) => column.notNull()),
      ),
  },
]

export async function enqueue(tx: Tx, { id, topic, at, payload }: DomainEvent): Promise<void> {
  await tx
    .insertInto('outbox')
    .values({ id, topic, at, payload_json: JSON.stringify(payload) })
    .execute()
}

/** Publishes a committed event and forgets it. When this fails the sweep publishes it later. */
export async function deliver(platform: Platform, event: DomainEvent): Promise<void> {
  try {
    await platform.events.publish(event)
    // A power cut may bring it back, and it is published once more, as after a crash.
    await platform.database.measurement((tx) => tx.deleteFrom('outbox').where('id', '=', event.id).execute())
  } catch (error) {
    platform.log
      .child({ component: 'outbox' })
      .warn({ err: error, topic: event.topic }, 'event will be delivered later')
  }
}

/** How many committed events wait for their subscribers. */
export async function undelivered({ database }: Platform): Promise<number> {
  const { count } = await database.read
    .selectFrom('outbox')
    .select(({ fn }) => fn.countAll().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count)
}

const sweepEveryMs = 5 * secondMs
const graceMs = 10 * secondMs

/** Publishes events whose process died, or lost the bus, between commit and delivery. */
export function startOutboxSweep(platform: Platform): Stop {
  const sweep = async (): Promise<void> => {
    const late = await platform.database.read
      .selectFrom('outbox')
      .selectAll()
      .where('at', '<', platform.now() - graceMs)
      .orderBy('id')
      .limit(100)
      .execute()
    for (const { id, topic, at, payload_json } of late) {
      await deliver(platform, { id, topic, at, payload: JSON.parse(payload_json) })
    }
  }
  const timer = setInterval(() => {
    sweep().catch((error: unknown) =>
      platform.log.child({ component: 'outbox' }).warn({ err: error }, 'outbox sweep failed'),
    )
  }, sweepEveryMs)
  return () => clearInterval(timer)
}
