import { setTimeout as delay } from 'node:timers/promises'
import { AppError, notFound } from '#kernel/errors.ts'
import { secondMs } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import { isAlive, startedOf, thisPlace } from './liveness.ts'
import { allInstances, findInstance, type InstanceRow } from './store.ts'
import type { Platform } from '#platform/platform.ts'

/** The servers that run; what the others left behind is forgotten. */
export async function runningInstances({ database, now }: Platform): Promise<InstanceRow[]> {
  const here = thisPlace()
  const rows = await allInstances(database.read)
  const [alive, gone] = [true, false].map((wanted) =>
    rows.filter((row) => isAlive(row, here, startedOf, now()) === wanted),
  )
  if (gone!.length > 0) {
    await database.write
      .deleteFrom('server_instances')
      .where(
        'id',
        'in',
        gone!.map(({ id }) => id),
      )
      .execute()
  }
  return alive!
}

export interface Stopped {
  pid: number
  outcome: 'stopped' | 'stopping' | 'stopping-self'
}

/**
 * Asks one of our servers to drain and end; no signal is ever sent, so nothing else can be hit. It
 * finds the request in its own row, and the row is gone when it has ended.
 */
export async function stopServer(ctx: Context, wanted: string): Promise<Stopped> {
  const { platform } = ctx
  const instance = choose(await runningInstances(platform), wanted)
  if (instance.stop_requested_at === null) await requestStop(ctx, [instance], 'server.stop', 'stop')
  const { id, pid } = instance
  if (id === platform.instanceId) return { pid, outcome: 'stopping-self' }
  return { pid, outcome: (await hasEnded(platform, instance)) ? 'stopped' : 'stopping' }
}

function choose(running: readonly InstanceRow[], wanted: string): InstanceRow {
  const [instance, ...others] = running.filter(({ id, pid }) => id === wanted || String(pid) === wanted)
  if (!instance) throw notFound('server process', wanted)
  if (others.length > 0) {
    const ids = [instance, ...others].map(({ id }) => id)
    throw new AppError('CONFLICT', `Servers on several machines have the pid ${wanted}; give the id`, { ids })
  }
  return instance
}

/** All servers, one after the other. */
export async function restartServers(ctx: Context): Promise<number> {
  const running = await runningInstances(ctx.platform)
  if (running.length === 0) throw new AppError('CONFLICT', 'No server is running')
  await requestStop(ctx, running, 'server.restart', 'restart')
  return running.length
}

async function requestStop(
  ctx: Context,
  instances: readonly InstanceRow[],
  action: string,
  kind: 'stop' | 'restart',
): Promise<void> {
  const [first] = instances
  const targetId = instances.length === 1 ? first!.id : 'all'
  await ctx.change(action, { kind: 'server', id: targetId }, async (tx, note) => {
    for (const [turn, { id }] of instances.entries()) {
      await tx
        .updateTable('server_instances')
        .set({
          stop_requested_at: ctx.now(),
          stop_requested_by: ctx.actor.label.slice(0, 255),
          stop_action: kind,
          stop_turn: turn,
          stop_peers: instances.length,
        })
        .where('id', '=', id)
        .where('stop_requested_at', 'is', null)
        .execute()
    }
    note.after = { pids: instances.map(({ pid }) => pid) }
  })
}

const askEveryMs = 100

/** Waits as long as a server may take to finish its requests. */
async function hasEnded(
  { database, config }: Platform,
  { id, host_name, boot_id, pid, pid_started }: InstanceRow,
): Promise<boolean> {
  const here = thisPlace()
  const isHere = host_name === here.hostName && boot_id === here.bootId
  const deadline = performance.now() + config.get('drain_seconds') * secondMs
  const ended = async (): Promise<boolean> =>
    isHere ? startedOf(pid) !== pid_started : (await findInstance(database.read, id)) === undefined
  while (!(await ended())) {
    if (performance.now() > deadline) return false
    await delay(askEveryMs)
  }
  return true
}
