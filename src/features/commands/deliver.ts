import { secondMs } from '#kernel/time.ts'
import { Context, systemActor, type ChangeNote } from '#platform/context.ts'
import type { Tx } from '#platform/database/database.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import {
  applyChanges,
  findSession,
  graceMs,
  nextSessionStatuses,
  type ConnectedRunner,
  type Runners,
} from '../sessions/index.ts'
import { moveCommand } from './commands.ts'
import { settleSession } from './settle.ts'
import { openStatuses } from './status.ts'
import type { CommandRow } from './store.ts'
import { verbNamed } from './verbs.ts'

const lookEveryMs = 2 * secondMs
/** A runner ends what is past its deadline; only one that does not is spoken for. */
const overtimeMs = 15 * secondMs

export const systemContext = (platform: Platform): Context =>
  new Context(platform, systemActor('system', 'Miktos', []), { requestId: null, address: null, userAgent: null })

/** Hands commands to the runners that are connected to this process, and ends those that nothing is heard of. */
export interface Delivery {
  /** Looks at once for what waits. */
  wake(): void
  start(): Stop
}

export function createDelivery(platform: Platform, runners: Runners): Delivery {
  const ctx = systemContext(platform)
  const log = platform.log.child({ component: 'commands' })
  const startedAt = platform.now()
  let running = Promise.resolve()
  let asked = false

  const look = async (): Promise<void> => {
    asked = false
    for (const runner of runners.all()) await deliverTo(ctx, runner)
    await expire(ctx, runners)
    // While no server ran, no runner could be heard.
    if (platform.now() - startedAt > graceMs) await loseSilent(ctx)
  }
  const wake = (): void => {
    if (asked) return
    asked = true
    running = running.then(look).catch((error: unknown) => log.warn({ err: error }, 'commands were not delivered'))
  }

  runners.onConnect(async (runner) => {
    await takeUp(ctx, runner)
    wake()
  })

  return {
    wake,
    start: () => {
      const unsubscribe = platform.events.subscribe('command.*', ({ payload }) => {
        const { runner_id, command_id, cancel } = payload as {
          runner_id?: string
          command_id?: string
          cancel?: boolean
        }
        const runner = runner_id === undefined ? undefined : runners.find(runner_id)
        if (!runner) return
        if (cancel) runner.peer.send('command_cancel', { id: command_id, status: 'cancelled' })
        else wake()
      })
      const timer = setInterval(wake, lookEveryMs)
      return async () => {
        unsubscribe()
        clearInterval(timer)
        await running
      }
    },
  }
}

async function deliverTo(ctx: Context, runner: ConnectedRunner): Promise<void> {
  const waiting = await ctx.db
    .selectFrom('commands')
    .selectAll()
    .where('status', '=', 'queued')
    .where('runner_id', '=', runner.id)
    .where('deadline_at', '>', ctx.now())
    .orderBy('id')
    .limit(100)
    .execute()
  // One that cannot be given now does not keep the others from it; it is tried again.
  for (const command of waiting)
    await deliverOne(ctx, runner, command).catch((error: unknown) =>
      ctx.log.warn({ component: 'commands', err: error, command: command.id }, 'a command was not delivered'),
    )
}

async function deliverOne(ctx: Context, runner: ConnectedRunner, command: CommandRow): Promise<void> {
  const moved = await ctx.change('command.deliver', { kind: 'command', id: command.id }, async (tx, note) => {
    if (await hasLostSession(tx, command))
      return moveCommand(ctx, tx, note, command, 'cancelled', { detail: 'Its session was deleted' })
    const after = await moveCommand(ctx, tx, note, command, 'delivered', { delivered_at: ctx.now() })
    if (after) await leadSession(ctx, tx, after)
    return after
  })
  // Where this fails the runner is gone: it is given the same again when it is back.
  if (moved?.status === 'delivered') send(runner, moved)
}

async function hasLostSession(tx: Tx, { session_id }: CommandRow): Promise<boolean> {
  if (session_id === null) return false
  const session = await tx
    .selectFrom('automation_sessions')
    .select('id')
    .where('id', '=', session_id)
    .executeTakeFirst()
  return session === undefined
}

async function leadSession(ctx: Context, tx: Tx, { session_id, verb, args_json }: CommandRow): Promise<void> {
  const { leadsTo, atOnce } = verbNamed(verb, JSON.parse(args_json))
  if (session_id === null || !leadsTo || !atOnce) return
  const session = await findSession(tx, session_id)
  if (nextSessionStatuses[session.status].includes(leadsTo))
    await applyChanges(ctx, tx, {}, session, { status: leadsTo })
}

const send = (
  { peer }: ConnectedRunner,
  { id, command, verb, args_json, session_id, deadline_at }: CommandRow,
): boolean =>
  peer.send('command', {
    id,
    command,
    verb,
    args: JSON.parse(args_json),
    session_id,
    deadline_at: new Date(deadline_at).toISOString(),
  })

/** A runner that came back: what it does not know of was not received, and is sent again; or it was forgotten, and is lost. */
async function takeUp(ctx: Context, runner: ConnectedRunner): Promise<void> {
  const out = await ctx.db
    .selectFrom('commands')
    .selectAll()
    .where('runner_id', '=', runner.id)
    .where('status', 'in', ['delivered', 'running'])
    .orderBy('id')
    .execute()
  for (const command of out) {
    if (runner.commands.has(command.id)) await goOn(ctx, runner, command)
    else if (command.status === 'delivered') send(runner, command)
    else await end(ctx, command, 'lost', 'Its runner came back without it')
  }
}

async function goOn(ctx: Context, { peer }: ConnectedRunner, command: CommandRow): Promise<void> {
  if (command.cancel_requested_at !== null) peer.send('command_cancel', { id: command.id, status: 'cancelled' })
  if (command.status === 'running') return
  // That it was accepted got lost on the way.
  await ctx.change('command.start', { kind: 'command', id: command.id }, (tx, note) =>
    moveCommand(ctx, tx, note, command, 'running', { started_at: ctx.now() }),
  )
}

/** Every server may do this: of two at once the second finds that nothing is left to do. */
async function expire(ctx: Context, runners: Runners): Promise<void> {
  const late = await ctx.db
    .selectFrom('commands')
    .selectAll()
    .where('status', 'in', [...openStatuses])
    .where('deadline_at', '<=', ctx.now())
    .limit(100)
    .execute()
  for (const command of late) {
    const isWaiting = command.status === 'queued' || command.status === 'awaiting_approval'
    if (!isWaiting) runners.find(command.runner_id)?.peer.send('command_cancel', { id: command.id, status: 'expired' })
    if (isWaiting) await end(ctx, command, 'expired', 'Its deadline passed before a runner had it')
    else if (command.deadline_at + overtimeMs <= ctx.now()) await end(ctx, command, 'expired', 'Its deadline passed')
  }
}

async function loseSilent(ctx: Context): Promise<void> {
  const silent = await ctx.db
    .selectFrom('commands')
    .innerJoin('runners', 'runners.id', 'commands.runner_id')
    .selectAll('commands')
    .where('commands.status', 'in', ['delivered', 'running'])
    .where('runners.seen_at', '<', ctx.now() - graceMs)
    .limit(100)
    .execute()
  for (const command of silent)
    await end(ctx, command, 'lost', 'Nothing was heard of its runner: it may have run, or not')
}

async function end(ctx: Context, command: CommandRow, status: 'expired' | 'lost', detail: string): Promise<void> {
  await ctx.change(
    `command.${status === 'lost' ? 'lose' : 'expire'}`,
    { kind: 'command', id: command.id },
    async (tx, note: ChangeNote) => {
      const after = await moveCommand(ctx, tx, note, command, status, { detail })
      if (after) await settleSession(ctx, tx, after)
    },
  )
}
