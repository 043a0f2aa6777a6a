import type { Feature } from '#platform/http/endpoints.ts'
import type { HttpServer } from '#platform/http/server.ts'
import { mountSockets } from '#platform/http/upgrade.ts'
import { stopEach } from '#platform/lifecycle.ts'
import type { Stop } from '#platform/platform.ts'
import type { Connections } from '#platform/realtime/connections.ts'
import { messagesByName } from '#platform/realtime/dispatch.ts'
import { mountSocketIo } from '#platform/realtime/socketio/socketIo.ts'
import { createStream } from '#platform/realtime/stream.ts'
import { createWs } from '#platform/realtime/ws.ts'

/** Opens every way in that stays open: the console's stream, `/ws`, Socket.IO and the sockets of features. */
export async function mountDoors(
  server: HttpServer,
  connections: Connections,
  features: readonly Feature[],
): Promise<Stop> {
  const { platform } = server
  const stream = createStream(platform, connections)
  const sockets = features.flatMap((feature) => feature.sockets?.(platform, connections) ?? [])
  const messages = messagesByName(features.flatMap((feature) => feature.messages?.(platform) ?? []))
  const ws = createWs(platform, connections, messages)
  const socketIo = await mountSocketIo(server, connections, messages)
  mountSockets(server, [...stream.routes, ws.route, ...sockets], socketIo.routes)
  return stopEach([stream.start(), ws.start(), socketIo.start()])
}
