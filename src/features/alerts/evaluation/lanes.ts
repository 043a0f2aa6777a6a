import { secondMs } from '#kernel/time.ts'
import type { Platform } from '#platform/platform.ts'
import type { Condition } from '../rule.ts'
import { databaseEngine, type Listening } from './engines/database.ts'
import type { Engine } from './engines/engine.ts'
import { logsEngine } from './engines/logs.ts'
import { metricsEngine } from './engines/metrics.ts'
import { regressionEngine } from './engines/regression.ts'
import type { Track } from './track.ts'

/** Rules of one lane are evaluated together; those of others never wait for them. */
export type Lane = 'metrics' | 'metrics, slow' | 'logs' | 'database' | 'regression'

/** A rule that takes longer gets a lane in which nobody waits for it but its like. */
const slowMs = secondMs

export function laneOf({ active, latest }: Track): Lane {
  const lane = engineOf(active.rule.condition)
  return lane === 'metrics' && (latest?.tookMs ?? 0) > slowMs ? 'metrics, slow' : lane
}

function engineOf(condition: Condition): Exclude<Lane, 'metrics, slow'> {
  if (condition.type === 'heartbeat')
    return ({ push: 'database', metric: 'metrics', logs: 'logs' } as const)[condition.source]
  if (condition.type === 'event') return 'database'
  if (condition.type === 'logs' || condition.type === 'regression') return condition.type
  return 'metrics'
}

export function enginesOf({ telemetry, database }: Platform, listeningSince: Listening): Record<Lane, Engine> {
  const metrics = metricsEngine(telemetry.metrics)
  return {
    metrics,
    'metrics, slow': metrics,
    logs: logsEngine(telemetry.logs),
    database: databaseEngine(database, listeningSince),
    regression: regressionEngine(telemetry.metrics),
  }
}
