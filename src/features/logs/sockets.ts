import type { WebSocket } from 'ws'
import type { SocketRoute } from '#platform/http/upgrade.ts'
import type { Platform } from '#platform/platform.ts'
import type { Connections } from '#platform/realtime/connections.ts'
import type { TailPortion } from '#platform/telemetry/logs/client.ts'
import { filterText } from './filterText.ts'
import { follow, unsentBytesMax } from './follow.ts'

/**
 * `/ws/logs/{service_id}`: each line as `{type: 'log', data}` the moment it is stored; `all` is every service. With
 * `form=rows` lines come as a search answers them, with the ids by which to know them again, after `{type: 'ready'}`:
 * what is stored from then on is sent, what was before is there to be searched.
 */
export const logSockets = (platform: Platform, connections: Connections): SocketRoute[] => [
  {
    path: '/ws/logs/{service_id}',
    access: 'logs:read',
    accept: (socket, ctx, { params, query }) => {
      const service = params['service_id']!
      const hasRows = query.get('form') === 'rows'
      if (!connections.adopt(socket, ctx, 'logs:read', `logs of ${service}`)) return
      follow(platform, socket, {
        query: () => filterText({ service, level: query.get('level') ?? '', search: query.get('search') ?? '' }),
        send: lineSender(socket, hasRows ? 'rows' : 'lines'),
        ...(hasRows && { begun: () => socket.send(JSON.stringify({ type: 'ready' })) }),
        refused: (message) => socket.send(JSON.stringify({ type: 'error', message })),
      })
    },
  },
]

function lineSender(socket: WebSocket, form: 'rows' | 'lines'): (portion: TailPortion) => void {
  let missed = 0
  return ({ [form]: lines, dropped }) => {
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
