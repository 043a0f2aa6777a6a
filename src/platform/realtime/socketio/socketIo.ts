import { Server, type Socket } from 'socket.io'
import { secondMs } from '#kernel/time.ts'
import type { HttpServer } from '../../http/server.ts'
import { frameBytesMax, type ProtocolRoute } from '../../http/upgrade.ts'
import type { Stop } from '../../platform.ts'
import { heartbeatMs, type Connections } from '../connections.ts'
import { greeting, greetingEvent } from '../greeting.ts'
import type { LiveMessage } from '../live.ts'
import type { ClientMessage } from '../messages.ts'
import { createAdmission, type Admitted } from './admission.ts'
import { mountEngine } from './engine.ts'
import { listen } from './listen.ts'
import { createSiblings, NamedEngine } from './siblings.ts'

/** Who has not said by then who they are, is closed. */
const authenticateWithinMs = 5 * secondMs
const pingTimeoutMs = 20 * secondMs

/**
 * Socket.IO on `/socket.io/`, for clients of its versions 2 to 4, over WebSocket and long polling. Only its protocol is
 * used: topics, rights, limits and other servers are those of every other door.
 * https://github.com/socketio/socket.io-protocol
 */
export async function mountSocketIo(
  server: HttpServer,
  connections: Connections,
  messages: ReadonlyMap<string, ClientMessage>,
): Promise<{ routes: ProtocolRoute[]; start(): Stop }> {
  const { platform } = server
  const engine = new NamedEngine(platform.instanceId, {
    allowEIO3: true,
    transports: ['polling', 'websocket'],
    maxHttpBufferSize: frameBytesMax,
    perMessageDeflate: false,
    pingInterval: heartbeatMs,
    pingTimeout: pingTimeoutMs,
  })
  const io = new Server({ serveClient: false, connectTimeout: authenticateWithinMs })
  io.bind(engine)
  const admission = createAdmission(server, connections)
  const clients = new Map<string, Admitted>()

  const enter = async (socket: Socket): Promise<void> => {
    const admitted = await admission.admit(socket)
    const leave = (): void => {
      clients.delete(socket.id)
      admitted.end()
    }
    // It may have gone while it was looked up.
    if (socket.conn.readyState !== 'open') return leave()
    clients.set(socket.id, admitted)
    socket.conn.once('close', leave)
    socket.once('disconnect', () => {
      leave()
      // One that only leaves its namespace would stay as a connection that nobody counts.
      socket.conn.close()
    })
  }

  io.use((socket, proceed) => {
    enter(socket).then(
      () => proceed(),
      (error: unknown) => {
        proceed(admission.refusal(error))
        // Version 2 stays connected to nothing otherwise. After the answer, which is sent in the next tick.
        setTimeout(() => socket.conn.close(), 0)
      },
    )
  })

  io.on('connection', (socket) => {
    const admitted = clients.get(socket.id)
    if (!admitted) return
    const { connection, rooms } = admitted
    listen(platform, socket, admitted, messages)
    socket.emit(greetingEvent, greeting(platform, connection, rooms))
  })

  const tell = (message: LiveMessage): void => {
    const event = platform.live.find(message.topic)?.event
    if (event === undefined) return
    const ready: string[] = []
    for (const [id, { connection, following, backlog }] of clients)
      if (following.wants(connection.ctx, message) && backlog.accepts(event)) ready.push(id)
    // To no room at all would be to everybody.
    if (ready.length > 0) io.to(ready).emit(event, message.data)
  }

  const siblings = createSiblings(platform, engine)
  const stopSiblings = await siblings.start()

  return {
    routes: await mountEngine(server, engine, admission, siblings),
    start: () => {
      const stopListening = platform.live.onMessage(tell)
      return async () => {
        stopListening()
        engine.close()
        await stopSiblings()
        await io.close()
      }
    },
  }
}
