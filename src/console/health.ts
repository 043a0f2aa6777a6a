import { formatDuration } from './format.ts'
import type { StatusLevel } from './ui/Status.tsx'

type Spoken = 'healthy' | 'degraded' | 'unhealthy'

interface Component {
  status: Spoken
  latency: number | null
  [figure: string]: unknown
}

export const healthLevel = { healthy: 'ok', degraded: 'warn', unhealthy: 'error' } as const satisfies Record<
  Spoken,
  StatusLevel
>

const names: Record<string, string> = {
  database: 'Database',
  cache: 'Cache',
  websocket: 'Live sockets',
  cpu: 'Processors',
  memory: 'Memory',
  disk: 'Disk',
  event_loop: 'Event loop',
}

/** What people call a component: `event_loop` is "Event loop". */
export const componentName = (name: string): string =>
  names[name] ?? name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ')

/** The one number that says most about it; empty where it has none. */
export function componentFigure(
  name: string,
  { latency, percent, connected_clients: clients, pause_ms: pauseMs }: Component,
): string {
  if (typeof percent === 'number') return `${percent} %`
  if (typeof clients === 'number') return `${clients} open`
  if (typeof pauseMs === 'number') return `${pauseMs} ms pause`
  return latency === null || latency === 0 ? '' : formatDuration(latency)
}
