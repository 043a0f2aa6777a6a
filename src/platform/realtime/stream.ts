import type { WebSocket } from 'ws'
import * as z from 'zod'
import { iso } from '#kernel/time.ts'
import type { Context } from '../context.ts'
import type { SocketRoute } from '../http/upgrade.ts'
import type { Platform, Stop } from '../platform.ts'
import { heartbeatMs, type Connection, type Connections } from './connections.ts'
import { createFollowing, type Following } from './following.ts'
import { jsonOf, messageText, socketSender, type MessageText, type Sender } from './frames.ts'
import type { LiveMessage } from './live.ts'

const topicsMax = 50
/** The rest of a family's name may be a whole query. */
const topicLengthMax = 6_000
const names = z.array(z.string().max(topicLengthMax)).max(topicsMax)
const frame = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('subscribe'),
    topics: names,
    /** Last sequence number seen by topic, of the server named by `epoch`: what came since is sent again. */
    resume: z.object({ epoch: z.string(), seq: z.record(z.string(), z.number().int().min(0)) }).optional(),
  }),
  z.object({ type: z.literal('unsubscribe'), topics: names }),
  z.object({ type: z.literal('ping') }),
])

interface Reader {
  connection: Connection
  following: Following
  sender: Sender
}

/** The console's one socket per tab: JSON frames, many topics, each with its own sequence. */
export function createStream(platform: Platform, connections: Connections): { routes: SocketRoute[]; start(): Stop } {
  const readers = new Set<Reader>()

  const accept = (socket: WebSocket, ctx: Context): void => {
    const following = createFollowing(platform.live)
    const connection = connections.openSocket(socket, {
      ctx,
      access: 'authenticated',
      door: 'stream',
      topics: following.names,
      onRights: following.recheck,
    })
    if (!connection) return
    const reader = { connection, following, sender: socketSender(socket) }
    readers.add(reader)
    socket.on('close', () => {
      readers.delete(reader)
      following.end()
    })
    socket.on('message', (bytes, isBinary) => receive(platform, reader, isBinary ? undefined : String(bytes)))
    reader.sender.send({
      type: 'hello',
      connection_id: connection.id,
      epoch: platform.instanceId,
      server_version: platform.version,
      heartbeat_ms: heartbeatMs,
    })
  }

  return {
    routes: [`${platform.config.get('api_prefix')}/stream`, '/api/stream'].map((path) => ({
      path,
      access: 'authenticated',
      accept,
    })),
    start: () =>
      platform.live.onMessage((message) => {
        const text = eventText(message)
        for (const { connection, following, sender } of readers)
          if (following.wants(connection.ctx, message)) sender.deliver(message.topic, text)
      }),
  }
}

function receive(platform: Platform, reader: Reader, text: string | undefined): void {
  const { following, sender } = reader
  const parsed = frame.safeParse(jsonOf(text))
  if (!parsed.success) {
    return sender.send({
      type: 'error',
      code: 'VALIDATION_FAILED',
      message: 'Send {"type":"subscribe","topics":[…]}, "unsubscribe" or "ping"',
    })
  }
  const message = parsed.data
  if (message.type === 'ping') return sender.send({ type: 'pong' })
  if (message.type === 'unsubscribe') return message.topics.forEach(following.unfollow)
  for (const topic of message.topics) {
    const resumeAfter = message.resume?.epoch === platform.instanceId ? message.resume.seq[topic] : undefined
    subscribe(platform, reader, topic, resumeAfter)
  }
}

function subscribe({ live }: Platform, reader: Reader, topic: string, resumeAfter: number | undefined): void {
  const { connection, following, sender } = reader
  const refusal = following.follow(connection.ctx, topic)
  if (refusal) return sender.send({ type: 'error', topic, code: refusal.code, message: refusal.message })
  const missed = resumeAfter === undefined ? undefined : live.since(topic, resumeAfter)
  sender.send({ type: 'subscribed', topic, resumed: missed !== undefined })
  for (const message of missed ?? []) {
    if (following.wants(connection.ctx, message)) sender.deliver(topic, eventText(message))
  }
}

const eventText = ({ topic, seq, at, data }: LiveMessage): MessageText =>
  messageText((dropped) => ({
    type: 'event',
    topic,
    seq,
    at: iso(at),
    data,
    ...(dropped !== undefined && { dropped }),
  }))
