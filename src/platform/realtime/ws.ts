import type { WebSocket } from 'ws'
import * as z from 'zod'
import { closeCodes } from '#kernel/closeCodes.ts'
import { iso } from '#kernel/time.ts'
import type { Context } from '../context.ts'
import type { SocketRoute } from '../http/upgrade.ts'
import type { Platform, Stop } from '../platform.ts'
import type { Connection, Connections } from './connections.ts'
import { createInbox, type Inbox } from './dispatch.ts'
import { createFollowing, type Following } from './following.ts'
import { jsonOf, messageText, socketSender, type MessageText, type Sender } from './frames.ts'
import { greeting, greetingEvent } from './greeting.ts'
import type { ClientMessage, Peer } from './messages.ts'
import { createRooms, roomMessages } from './rooms.ts'

const frame = z.looseObject({
  type: z.string().max(100),
  /** Comes back with the acknowledgement. */
  id: z.union([z.string().max(100), z.number()]).optional(),
  data: z.unknown().optional(),
})

/** Somebody who sends so much nonsense does not mean us. */
const malformedMax = 100

interface Client {
  connection: Connection
  following: Following
  inbox: Inbox
  sender: Sender
}

/**
 * `/ws`: plain JSON frames `{type, …}` for programs. What happens comes by itself, as far as rights go;
 * `{type: 'subscribe', rooms: […]}` asks for more, other types are messages to features. Each is answered by
 * `{type: 'ack', of, id?, ok, data | error}`.
 */
export function createWs(
  platform: Platform,
  connections: Connections,
  messages: ReadonlyMap<string, ClientMessage>,
): { route: SocketRoute; start(): Stop } {
  const clients = new Set<Client>()

  const accept = (socket: WebSocket, ctx: Context): void => {
    const following = createFollowing(platform.live)
    const rooms = createRooms(platform.live, following)
    rooms.recheck(ctx)
    const opening = { ctx, access: 'authenticated', door: '/ws', topics: following.names } as const
    const connection = connections.openSocket(socket, { ...opening, onRights: rooms.recheck })
    if (!connection) return following.end()
    const sender = socketSender(socket)
    const peer: Peer = {
      id: connection.id,
      send: (event, data) => sender.deliver(event, eventText(event, platform.now(), data)),
      onClose: (listener) => void socket.on('close', listener),
    }
    const inbox = createInbox(platform, messages, roomMessages(rooms), peer)
    const client = { connection, following, inbox, sender }
    clients.add(client)
    socket.on('close', () => {
      clients.delete(client)
      following.end()
    })
    listen(socket, client)
    const text = eventText(greetingEvent, platform.now(), greeting(platform, connection, rooms))
    sender.deliver(greetingEvent, text)
  }

  return {
    route: { path: '/ws', access: 'authenticated', accept },
    start: () =>
      platform.live.onMessage((message) => {
        const event = platform.live.find(message.topic)?.event
        if (event === undefined) return
        const text = eventText(event, message.at, message.data)
        for (const { connection, following, sender } of clients)
          if (following.wants(connection.ctx, message)) sender.deliver(message.topic, text)
      }),
  }
}

/** One event is older than the others: its fields stand beside the type, not in `data`. */
const flatEvents = new Set(['metrics_update'])

const eventText = (event: string, at: number, data: unknown): MessageText =>
  messageText((dropped) => ({
    type: event,
    timestamp: iso(at),
    ...(flatEvents.has(event) ? (data as object) : { data }),
    ...(dropped !== undefined && { dropped }),
  }))

function listen(socket: WebSocket, client: Client): void {
  let malformed = 0
  socket.on('message', (bytes, isBinary) => {
    const parsed = frame.safeParse(isBinary ? undefined : jsonOf(String(bytes)))
    if (!parsed.success) {
      if (++malformed > malformedMax) return socket.close(closeCodes.refused, 'Frames are JSON: {"type": …}')
      return client.sender.send({
        type: 'error',
        error: { code: 'VALIDATION_FAILED', message: 'Send {"type": …} as JSON text', details: {} },
      })
    }
    const { type, id, data } = parsed.data
    // Either `{type: 'subscribe', rooms}` or `{type, data}`: what is beside the type counts where there is no data.
    const given = data === undefined ? withoutFrame(parsed.data) : data
    void client.inbox
      .receive(client.connection.ctx, type, given)
      .then((acknowledgement) =>
        client.sender.send({ type: 'ack', of: type, ...(id !== undefined && { id }), ...acknowledgement }),
      )
  })
}

const withoutFrame = ({ type: _type, id: _id, data: _data, ...rest }: z.output<typeof frame>): object => rest
