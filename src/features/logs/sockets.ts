import type { WebSocket } from 'ws'
import { AppError } from '#kernel/errors.ts'
import type { Context } from '#platform/context.ts'
import type { SocketRoute } from '#platform/http/upgrade.ts'
import type { Platform } from '#platform/platform.ts'
import type { Stream } from '#platform/realtime/stream.ts'
import type { TailPortion } from '#platform/telemetry/logs/client.ts'

/** A reader slower than this much unsent data misses lines, and is told how many. */
const unsentBytesMax = 1024 * 1024
const closeRefused = 4400
const closeAgain = 1012

/** `/ws/logs/{service_id}`: each line as `{type: 'log', data}` the moment it is stored; `all` is every service. */
export const logSockets = ({ telemetry }: Platform, stream: Stream): SocketRoute[] => [
  {
    path: '/ws/logs/{service_id}',
    access: 'logs:read',
    accept: (socket, ctx, { params, query }) => {
      const service = params['service_id']!
      if (!stream.adopt(socket, ctx, 'logs:read', `logs of ${service}`)) return
      const filter = filterText(service, query.get('search') ?? '', query.get('level') ?? '')
      const sender = lineSender(socket)
      let stop = (): void => undefined
      telemetry.logs.check(filter).then(
        () => {
          if (socket.readyState !== socket.OPEN) return
          stop = telemetry.logs.tail(filter, sender, () => socket.close(closeAgain, 'The store starts again'))
        },
        (error: unknown) => refuse(socket, ctx, error),
      )
      socket.on('close', () => stop())
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

function refuse(socket: WebSocket, { log }: Context, error: unknown): void {
  if (!(error instanceof AppError)) log.warn({ component: 'logs', err: error }, 'a tail did not begin')
  const message = error instanceof AppError ? error.message : 'Something went wrong here'
  socket.send(JSON.stringify({ type: 'error', message }))
  socket.close(closeRefused, message.slice(0, 100))
}
