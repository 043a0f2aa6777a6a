import type { WebSocket } from 'ws'
import type { SocketRoute } from '#platform/http/upgrade.ts'
import type { Platform } from '#platform/platform.ts'
import type { Stream } from '#platform/realtime/stream.ts'
import type { TailPortion } from '#platform/telemetry/logs/client.ts'
import { follow, unsentBytesMax } from './follow.ts'

/** `/ws/logs/{service_id}`: each line as `{type: 'log', data}` the moment it is stored; `all` is every service. */
export const logSockets = (platform: Platform, stream: Stream): SocketRoute[] => [
  {
    path: '/ws/logs/{service_id}',
    access: 'logs:read',
    accept: (socket, ctx, { params, query }) => {
      const service = params['service_id']!
      if (!stream.adopt(socket, ctx, 'logs:read', `logs of ${service}`)) return
      follow(platform, socket, {
        query: () => filterText(service, query.get('search') ?? '', query.get('level') ?? ''),
        send: lineSender(socket),
        refused: (message) => socket.send(JSON.stringify({ type: 'error', message })),
      })
    },
  },
]

/** In the console's grammar; names are quoted, so that none of them is read as more than a name. */
function filterText(service: string, search: string, level: string): string {
  const parts = [
    service === 'all' ? '' : `service:${JSON.stringify(service)}`,
    level === '' ? '' : `level:${level}`,
    search === '' ? '' : `(${search})`,
  ]
  return parts.filter((part) => part !== '').join(' ')
}

function lineSender(socket: WebSocket): (portion: TailPortion) => void {
  let missed = 0
  return ({ lines, dropped }) => {
    missed += dropped
    if (socket.bufferedAmount > unsentBytesMax) {
      missed += lines.length
      return
    }
    if (missed > 0) socket.send(JSON.stringify({ type: 'dropped', count: missed }))
    missed = 0
    for (const data of lines) socket.send(JSON.stringify({ type: 'log', data }))
  }
}
