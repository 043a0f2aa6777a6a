import type { AddressInfo, Server } from 'node:net'
import { rounded } from '#kernel/number.ts'
import { secondMs } from '#kernel/time.ts'
import { memoryPercent, threads } from '#platform/metrics/process.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import { startedOf, thisPlace } from './liveness.ts'
import { runningInstances } from './processes.ts'
import { isTurn } from './restartOrder.ts'
import { findInstance, type InstanceRow } from './store.ts'

const lookEveryMs = secondMs
const heartbeatEveryMs = 5 * secondMs
/** How long a restarted server may take to be back, beyond the time to drain. */
const startPatienceMs = 30 * secondMs

/**
 * Lists this process among the servers from when it listens until it stops, and ends it when
 * somebody has asked for that. `beat` is called after every heartbeat.
 */
export function startRegistration(platform: Platform, listener: Server, beat: () => void): Stop {
  const { database, instanceId } = platform
  const log = platform.log.child({ component: 'processes' })
  let address: AddressInfo | undefined
  let heartbeatAt = -Infinity
  let failing = false
  let stopped = false

  const look = async (): Promise<void> => {
    // While it drains it listens no more, but still runs.
    address = (listener.address() as AddressInfo | null) ?? address
    if (stopped || !address) return
    if (performance.now() - heartbeatAt >= heartbeatEveryMs) {
      heartbeatAt = performance.now()
      await report(platform, address)
      beat()
    }
    await obey(platform)
  }
  const run = (): void => {
    look().then(
      () => (failing = false),
      (error: unknown) => {
        if (!failing) log.warn({ err: error }, 'this server could not be listed')
        failing = true
      },
    )
  }
  listener.on('listening', run)
  const timer = setInterval(run, lookEveryMs)
  return async () => {
    stopped = true
    clearInterval(timer)
    listener.off('listening', run)
    await database.write.deleteFrom('server_instances').where('id', '=', instanceId).execute()
  }
}

/** Writes the heartbeat; the whole row where there is none, because somebody took this server for dead. */
async function report(platform: Platform, { address, port }: AddressInfo): Promise<void> {
  const { database, instanceId, metrics, now, version } = platform
  const figures = {
    heartbeat_at: now(),
    cpu_percent: rounded(metrics.processCpu(), 1),
    memory_percent: rounded(memoryPercent(), 2),
    threads: await threads(),
  }
  const { numUpdatedRows } = await database.measurement((tx) =>
    tx.updateTable('server_instances').set(figures).where('id', '=', instanceId).executeTakeFirst(),
  )
  if (numUpdatedRows > 0n) return
  const place = thisPlace()
  const row: InstanceRow = {
    id: instanceId,
    host_name: place.hostName,
    boot_id: place.bootId,
    pid: process.pid,
    pid_started: startedOf(process.pid)!,
    address,
    port,
    version,
    started_at: Math.round(performance.timeOrigin),
    ...figures,
    stop_requested_at: null,
    stop_requested_by: null,
    stop_action: null,
    stop_turn: 0,
    stop_peers: 0,
  }
  await database.write.insertInto('server_instances').values(row).execute()
}

async function obey(platform: Platform): Promise<void> {
  const { database, instanceId, lifecycle } = platform
  const mine = await findInstance(database.read, instanceId)
  if (!mine?.stop_action || lifecycle.draining) return
  if (mine.stop_action === 'restart' && !(await isMyTurn(platform, mine))) return
  lifecycle.requestStop(`${mine.stop_action} asked for by ${mine.stop_requested_by}`, {
    restart: mine.stop_action === 'restart',
  })
}

async function isMyTurn(platform: Platform, mine: InstanceRow): Promise<boolean> {
  const patienceMs = platform.config.get('drain_seconds') * secondMs + startPatienceMs
  return isTurn(mine, await runningInstances(platform), platform.now(), patienceMs)
}
