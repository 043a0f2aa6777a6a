import * as z from 'zod'
import { AppError, notFound } from '#kernel/errors.ts'
import { newId } from '#kernel/id.ts'
import { secondMs } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { ReadDb, Tx } from '#platform/database/database.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import type { Peer } from '#platform/realtime/messages.ts'
import { line } from './contract.ts'
import { activeStatuses } from './status.ts'
import type { RunnerRow } from './store.ts'

/** How often a runner is to say that it lives. */
export const heartbeatEveryMs = 10 * secondMs
/** A runner that is away for longer has lost what it was at. */
export const graceMs = 30 * secondMs

/** A server that was killed has not said that its runners went. */
export const isConnected = (
  { connected_to, seen_at }: Pick<RunnerRow, 'connected_to' | 'seen_at'>,
  now: number,
): boolean => connected_to !== null && now - seen_at <= graceMs

/** What a runner says of itself when it connects. */
export const runnerHello = z.strictObject({
  name: line(100),
  version: z.string().max(100).default(''),
  modes: z.array(line(200)).max(100).default([]),
  /** What it would run, by name; `approval`: another person has to agree each time. */
  programs: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-zA-Z0-9][\w.-]{0,63}$/, 'Letters, digits, dots, dashes'),
        description: z.string().max(500).default(''),
        approval: z.boolean().default(false),
      }),
    )
    .max(100)
    .default([]),
  /** Ids of the commands it is at: what it was given before and does not name here is lost. */
  running: z.array(z.string().max(128)).max(1_000).default([]),
  /** Ids of the sessions it is at. */
  sessions: z.array(z.string().max(128)).max(1_000).default([]),
})

export type RunnerHello = z.output<typeof runnerHello>

/** A runner that is connected to this server process. */
export interface ConnectedRunner {
  id: string
  name: string
  /** On whose behalf it works: the owner of its API key. */
  ctx: Context
  peer: Peer
  heardAt: number
  /** Ids of the commands that it has: it named them, or was told to begin. Another under its name has them not. */
  commands: Set<string>
}

/** Those of this process. */
export interface Runners {
  find(runnerId: string): ConnectedRunner | undefined
  ofPeer(peer: Peer): ConnectedRunner
  all(): ConnectedRunner[]
  connect(ctx: Context, hello: RunnerHello, peer: Peer): Promise<ConnectedRunner>
  /** Called after a runner has connected and is stored. */
  onConnect(listener: (runner: ConnectedRunner) => Promise<void>): void
  /** Hears when one connects to another server, and has left this one then. */
  start(platform: Platform): Stop
}

export function createRunners(): Runners {
  const connected = new Map<string, ConnectedRunner>()
  const listeners = new Set<(runner: ConnectedRunner) => Promise<void>>()

  const close = async (runner: ConnectedRunner): Promise<void> => {
    if (connected.get(runner.id) === runner) connected.delete(runner.id)
    await disconnected(runner)
  }

  return {
    find: (id) => connected.get(id),
    ofPeer: (peer) => {
      const runner = connected.values().find((other) => other.peer.id === peer.id)
      if (!runner) throw new AppError('CONFLICT', 'Say runner_hello first')
      return runner
    },
    all: () => [...connected.values()],
    connect: async (ctx, hello, peer) => {
      const { id, name } = await storeRunner(ctx, hello, peer)
      connected.get(id)?.peer.send('runner_replaced', { runner_id: id })
      const runner = { id, name, ctx, peer, heardAt: ctx.now(), commands: new Set(hello.running) }
      connected.set(id, runner)
      peer.onClose(() => {
        close(runner).catch((error: unknown) =>
          ctx.log.warn({ component: 'runners', err: error, runner: name }, 'that a runner went was not stored'),
        )
      })
      for (const listener of listeners) await listener(runner)
      return runner
    },
    onConnect: (listener) => void listeners.add(listener),
    start: ({ events, database }) =>
      events.subscribe('runner.connect', async ({ payload }) => {
        const { target } = payload as { target: { id: string } }
        const runner = connected.get(target.id)
        if (!runner || (await isNewest(database.read, runner)) || connected.get(target.id) !== runner) return
        connected.delete(target.id)
        runner.peer.send('runner_replaced', { runner_id: target.id })
      }),
  }
}

async function isNewest(db: ReadDb, { id, peer }: ConnectedRunner): Promise<boolean> {
  const row = await db.selectFrom('runners').select('connection_id').where('id', '=', id).executeTakeFirst()
  return !row || row.connection_id === null || row.connection_id === peer.id
}

/** One row for each name, whoever connects again under it; a name belongs to whose key came with it first. */
function storeRunner(ctx: Context, hello: RunnerHello, peer: Peer): Promise<RunnerRow> {
  return ctx.change('runner.connect', { kind: 'runner', id: hello.name }, async (tx, note) => {
    const known = await tx.selectFrom('runners').selectAll().where('name', '=', hello.name).executeTakeFirst()
    if (known && known.owner_id !== ctx.actor.id) {
      throw new AppError('CONFLICT', `A runner of somebody else is called ${hello.name}; choose another name`)
    }
    const row: RunnerRow = {
      id: known?.id ?? newId(),
      name: hello.name,
      owner_id: ctx.actor.id,
      key_id: ctx.actor.keyId,
      version: hello.version,
      modes_json: JSON.stringify(hello.modes),
      programs_json: JSON.stringify(hello.programs),
      connected_to: ctx.platform.instanceId,
      connection_id: peer.id,
      connected_at: ctx.now(),
      seen_at: ctx.now(),
      address: ctx.origin.address,
      created_at: known?.created_at ?? ctx.now(),
    }
    await replaceRunner(tx, row, known !== undefined)
    note.targetId = row.id
    note.after = { name: row.name, version: row.version, programs: hello.programs.map(({ name }) => name) }
    note.event = { connection_id: peer.id }
    return row
  })
}

async function replaceRunner(tx: Tx, { id, ...values }: RunnerRow, known: boolean): Promise<void> {
  if (known) await tx.updateTable('runners').set(values).where('id', '=', id).execute()
  else
    await tx
      .insertInto('runners')
      .values({ id, ...values })
      .execute()
}

/** Unless it has come again meanwhile, here or at another server. */
async function disconnected({ id, name, ctx, peer }: ConnectedRunner): Promise<void> {
  await ctx.change('runner.disconnect', { kind: 'runner', id }, async (tx, note) => {
    await tx
      .updateTable('runners')
      .set({ connected_to: null, connection_id: null })
      .where('id', '=', id)
      .where('connection_id', '=', peer.id)
      .execute()
    note.after = { name }
  })
}

export async function forgetRunner(ctx: Context, id: string): Promise<void> {
  await ctx.change('runner.forget', { kind: 'runner', id }, async (tx, note) => {
    const runner = await tx.selectFrom('runners').selectAll().where('id', '=', id).executeTakeFirst()
    if (!runner) throw notFound('runner', id)
    const busy = await tx
      .selectFrom('automation_sessions')
      .select('id')
      .where('runner_id', '=', id)
      .where('status', 'in', [...activeStatuses])
      .executeTakeFirst()
    if (runner.connected_to !== null || busy) {
      throw new AppError('CONFLICT', 'This runner is connected, or at work; stop it first')
    }
    await tx.deleteFrom('runners').where('id', '=', id).execute()
    note.before = { name: runner.name }
  })
}
