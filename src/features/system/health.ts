import { rounded } from '#kernel/number.ts'
import { iso, secondMs } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import { overall, type HealthReport, type HealthStatus } from '#platform/health.ts'
import { memory, percentOf } from '#platform/metrics/machine.ts'
import { memoryPercent, openFiles, tcpConnections, threads } from '#platform/metrics/process.ts'
import type { Platform } from '#platform/platform.ts'
import { countSessions } from './counts.ts'

/** The same three states in the words of the public view. */
export const spoken = { ok: 'healthy', degraded: 'degraded', down: 'unhealthy' } as const

const byName = <T>(reports: readonly HealthReport[], view: (report: HealthReport) => T): Record<string, T> =>
  Object.fromEntries(reports.map((report) => [report.name, view(report)]))

/** With details: these name addresses and paths. */
export async function adminHealth({ health, metrics, version, now }: Platform) {
  const reports = await health.run()
  return {
    status: overall(reports),
    timestamp: iso(now()),
    components: byName(reports, ({ status, details, latency_ms, figures = {} }) => ({
      status,
      details,
      latency_ms,
      figures,
    })),
    process_info: {
      pid: process.pid,
      cpu_percent: rounded(metrics.processCpu(), 1),
      memory_percent: rounded(memoryPercent(), 2),
      threads: await threads(),
      open_files: await openFiles(),
      connections: tcpConnections(),
      create_time: rounded(performance.timeOrigin / secondMs, 3),
    },
    version,
  }
}

/** The components without their details. */
export async function spokenHealth({ health }: Platform) {
  const reports = await health.run()
  return {
    status: spoken[overall(reports)],
    components: byName(reports, ({ status, latency_ms, figures }) => ({
      status: spoken[status],
      latency: latency_ms,
      ...figures,
    })),
  }
}

/** One word for strangers, the components for whoever is logged in. */
export async function publicHealth({ platform, actor }: Context) {
  const { status, components } = await spokenHealth(platform)
  if (actor.kind === 'anonymous') return { status }
  const { usedBytes, totalBytes } = memory()
  const { sessions } = await countSessions(platform)
  return {
    status,
    components,
    metrics: {
      cpu_usage: rounded(platform.metrics.machineCpu(), 1),
      memory_usage: rounded(percentOf(usedBytes, totalBytes), 1),
      active_sessions: sessions,
    },
  }
}

export type Readiness = HealthStatus | 'starting' | 'draining'

/** Whether to send requests here. A component that only degrades is no reason to send them elsewhere. */
export async function readiness({
  lifecycle,
  health,
}: Platform): Promise<{ ready: boolean; status: Readiness; reports: HealthReport[] }> {
  const reports = await health.run()
  if (!lifecycle.ready) return { ready: false, status: lifecycle.draining ? 'draining' : 'starting', reports }
  const database = reports.find(({ name }) => name === 'database')
  return { ready: database?.status !== 'down', status: overall(reports), reports }
}
