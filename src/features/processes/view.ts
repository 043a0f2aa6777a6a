import type * as z from 'zod'
import { humanDuration, iso, secondMs } from '#kernel/time.ts'
import type { processesEndpoints } from './contract.ts'
import { runningInstances } from './processes.ts'
import type { InstanceRow } from './store.ts'
import type { Platform } from '#platform/platform.ts'

type Listing = z.output<typeof processesEndpoints.list.reply>

const states = { stop: 'stopping', restart: 'restarting' } as const

export async function listing(platform: Platform): Promise<Listing> {
  const servers = (await runningInstances(platform)).map((row) => view(row, platform))
  return { count: servers.length, servers, timestamp: iso(platform.now()) }
}

function view(row: InstanceRow, { instanceId, now }: Platform): Listing['servers'][number] {
  const { id, address, port, pid, cpu_percent, memory_percent, threads, host_name, version, started_at, heartbeat_at } =
    row
  const uptimeSeconds = Math.max(0, Math.floor((now() - started_at) / secondMs))
  return {
    id,
    host: address,
    port: String(port),
    pid,
    uptime: humanDuration(uptimeSeconds),
    uptime_seconds: uptimeSeconds,
    cpu_percent,
    memory_percent,
    threads,
    host_name,
    version,
    started_at: iso(started_at),
    heartbeat_at: iso(heartbeat_at),
    state: row.stop_action ? states[row.stop_action] : 'running',
    current: id === instanceId,
  }
}
