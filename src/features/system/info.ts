import { availableParallelism } from 'node:os'
import { rounded } from '#kernel/number.ts'
import { iso } from '#kernel/time.ts'
import { disk, memory } from '#platform/metrics/machine.ts'
import type { Platform } from '#platform/platform.ts'
import { resourceComponents } from './checks.ts'
import { countMessages, countProjects, countSessions, countUsers } from './counts.ts'
import { spoken } from './health.ts'

const gigabyte = 1024 ** 3
const megabyte = 1024 ** 2

/** What readers of this view call a component that is called otherwise here. */
const serviceNames: Record<string, string> = { logs_store: 'search', metrics_store: 'metrics' }

export async function systemInfo({ version, config, health, lifecycle, metrics }: Platform) {
  const reports = await health.run()
  const services = reports.filter(({ name }) => !resourceComponents.has(name))
  const space = await disk(config.get('data_dir'))
  const { usedBytes, totalBytes } = memory()
  return {
    version,
    environment: config.get('environment'),
    uptime_seconds: Math.floor(process.uptime()),
    services: {
      api: lifecycle.ready ? ('healthy' as const) : ('degraded' as const),
      ...Object.fromEntries(services.map(({ name, status }) => [serviceNames[name] ?? name, spoken[status]])),
    },
    resources: {
      total_cpu_cores: availableParallelism(),
      total_memory_gb: rounded(totalBytes / gigabyte, 2),
      total_disk_gb: rounded(space.totalBytes / gigabyte, 2),
      used_cpu_percent: rounded(metrics.machineCpu(), 1),
      used_memory_gb: rounded(usedBytes / gigabyte, 2),
      used_disk_gb: rounded(space.usedBytes / gigabyte, 2),
    },
  }
}

export async function statistics(platform: Platform) {
  const { database, cache, config, version, now } = platform
  const { total, active, pending } = await countUsers(database.read)
  const { online } = await countSessions(platform)
  const { total_keys, hit_rate, memory_usage_bytes } = await cache.stats()
  return {
    users: { total, active, online, pending },
    projects: await countProjects(database.read),
    messages: await countMessages(database.read, now()),
    system: { version, environment: config.get('environment'), server_time: iso(now()) },
    cache: {
      total_keys,
      hit_rate: rounded(hit_rate, 3),
      memory_usage_mb: rounded(memory_usage_bytes / megabyte, 2),
    },
  }
}
