import type { WebSocket } from 'ws'
import * as z from 'zod'
import { closeCodes } from '#kernel/closeCodes.ts'
import type { Access } from '#kernel/contract.ts'
import { AppError } from '#kernel/errors.ts'
import { newId } from '#kernel/id.ts'
import { iso, secondMs } from '#kernel/time.ts'
import { Context, type Actor } from '../context.ts'
import type { Authenticator } from '../http/request.ts'
import type { SocketRoute } from '../http/upgrade.ts'
import type { Platform, Stop } from '../platform.ts'
import type { Live, LiveMessage } from './live.ts'

const heartbeatMs = 15 * secondMs
/** Rights that were taken away reach an open socket within two seconds, also without an event. */
const recheckEveryMs = 1_500
/** A reader slower than this much unsent data misses messages, and is told how many. */
const unsentBytesMax = 1024 * 1024
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

interface Connection {
  id: string
  socket: WebSocket
  ctx: Context
  access: Access
  /** What it is for, where it is not the stream. */
  what: string | undefined
  unwatch: Map<string, () => void>
  dropped: Map<string, number>
  alive: boolean
}

export interface StreamConnection {
  id: string
  user_id: string
  label: string
  address: string | null
  topics: string[]
}

export interface Stream {
  routes: SocketRoute[]
  /**
   * Looks after a socket that speaks otherwise: it counts among its user's, hears a heartbeat, and ends with the session,
   * with the right to `access`, and with the server. False when it was refused, and closed.
   */
  adopt(socket: WebSocket, ctx: Context, access: Access, what: string): boolean
  connections(): StreamConnection[]
  /** Calls the listener when a socket was opened or closed. */
  onConnections(listener: () => void): Stop
  start(): Stop
}

/** The console's one socket per tab: JSON frames, many topics, each with its own sequence. */
export function createStream(platform: Platform, authenticator: Authenticator): Stream {
  const open = new Set<Connection>()
  const listeners = new Set<() => void>()
  const changed = (): void => listeners.forEach((listener) => listener())

  const take = (socket: WebSocket, ctx: Context, access: Access, what?: string): Connection | undefined => {
    const mine = [...open].filter((other) => other.ctx.actor.id === ctx.actor.id).length
    const connection: Connection = {
      id: newId(),
      socket,
      ctx,
      access,
      what,
      unwatch: new Map(),
      dropped: new Map(),
      alive: true,
    }
    socket.on('error', () => socket.terminate())
    const socketsMax = platform.config.get('sockets_per_user_max')
    if (mine >= socketsMax) {
      socket.close(closeCodes.tooMany, `More than ${socketsMax} sockets`)
      return undefined
    }
    open.add(connection)
    changed()
    socket.on('close', () => {
      open.delete(connection)
      changed()
      for (const unwatch of connection.unwatch.values()) unwatch()
    })
    socket.on('pong', () => {
      connection.alive = true
    })
    return connection
  }

  const accept = (socket: WebSocket, ctx: Context): void => {
    const connection = take(socket, ctx, 'authenticated')
    if (!connection) return
    socket.on('message', (bytes, isBinary) => receive(platform, connection, isBinary ? undefined : String(bytes)))
    send(connection, {
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
    adopt: (socket, ctx, access, what) => take(socket, ctx, access, what) !== undefined,
    connections: () =>
      [...open].map(({ id, ctx, what, unwatch }) => ({
        id,
        user_id: ctx.actor.id,
        label: ctx.actor.label,
        address: ctx.origin.address,
        topics: what === undefined ? [...unwatch.keys()] : [what],
      })),
    onConnections: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    start: () => {
      const stopListening = platform.live.onMessage((message) => {
        for (const connection of open) deliver(platform, connection, message)
      })
      const heartbeat = setInterval(() => open.forEach(beat), heartbeatMs)
      const recheck = setInterval(() => void recheckAll(platform, authenticator, open), recheckEveryMs)
      const unsubscribe = ['user.*', 'session.*', 'auth.*', 'role.*', 'api-key.*'].map((topic) =>
        platform.events.subscribe(topic, () => void recheckAll(platform, authenticator, open)),
      )
      platform.lifecycle.onDrain(() =>
        open.forEach(({ socket }) => socket.close(closeCodes.restarting, 'This server is shutting down')),
      )
      return () => {
        stopListening()
        clearInterval(heartbeat)
        clearInterval(recheck)
        for (const end of unsubscribe) end()
        for (const { socket } of open) socket.terminate()
      }
    },
  }
}

function receive(platform: Platform, connection: Connection, text: string | undefined): void {
  const parsed = frame.safeParse(parseJson(text))
  if (!parsed.success) {
    send(connection, {
      type: 'error',
      code: 'VALIDATION_FAILED',
      message: 'Send {"type":"subscribe","topics":[…]}, "unsubscribe" or "ping"',
    })
    return
  }
  const message = parsed.data
  if (message.type === 'ping') return send(connection, { type: 'pong' })
  if (message.type === 'unsubscribe') return message.topics.forEach((topic) => unsubscribe(connection, topic))
  for (const topic of message.topics) {
    const resumeAfter = message.resume?.epoch === platform.instanceId ? message.resume.seq[topic] : undefined
    subscribe(platform, connection, topic, resumeAfter)
  }
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

function subscribe({ live }: Platform, connection: Connection, name: string, resumeAfter: number | undefined): void {
  const refusal = whyNot(live.find(name), connection, name) ?? watch(live, connection, name)
  if (refusal) return send(connection, { type: 'error', topic: name, code: refusal.code, message: refusal.message })
  const missed = resumeAfter === undefined ? [] : live.since(name, resumeAfter)
  send(connection, { type: 'subscribed', topic: name, resumed: missed !== undefined && resumeAfter !== undefined })
  for (const message of missed ?? []) sendMessage(connection, message)
}

function whyNot(
  topic: { access: Parameters<Context['require']>[0] } | undefined,
  { ctx, unwatch }: Connection,
  name: string,
): AppError | undefined {
  if (!topic) return new AppError('RESOURCE_NOT_FOUND', `There is no topic ${name}`)
  if (unwatch.size >= topicsMax) return new AppError('RATE_LIMITED', `More than ${topicsMax} topics`)
  try {
    ctx.require(topic.access)
    return undefined
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
}

function watch(live: Live, { unwatch }: Connection, name: string): AppError | undefined {
  if (unwatch.has(name)) return undefined
  try {
    unwatch.set(name, live.watch(name))
    return undefined
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
}

function unsubscribe({ unwatch }: Connection, topic: string): void {
  unwatch.get(topic)?.()
  unwatch.delete(topic)
}

function deliver({ live }: Platform, connection: Connection, message: LiveMessage): void {
  const { socket, unwatch, ctx, dropped } = connection
  if (!unwatch.has(message.topic)) return
  const visible = live.find(message.topic)?.visible
  if (visible && !visible(message.data as never, ctx)) return
  if (socket.bufferedAmount > unsentBytesMax) dropped.set(message.topic, (dropped.get(message.topic) ?? 0) + 1)
  else sendMessage(connection, message)
}

function sendMessage(connection: Connection, { topic, seq, at, data }: LiveMessage): void {
  const dropped = connection.dropped.get(topic)
  connection.dropped.delete(topic)
  send(connection, { type: 'event', topic, seq, at: iso(at), data, ...(dropped && { dropped }) })
}

function send({ socket }: Connection, message: object): void {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message))
}

function beat(connection: Connection): void {
  if (!connection.alive) return connection.socket.terminate()
  connection.alive = false
  connection.socket.ping()
}

async function recheckAll(platform: Platform, authenticator: Authenticator, open: Set<Connection>): Promise<void> {
  await Promise.all([...open].map((connection) => recheck(platform, authenticator, connection)))
}

/** Ends a socket whose session ended and takes the topics away that its owner may no longer see. */
async function recheck(platform: Platform, authenticator: Authenticator, connection: Connection): Promise<void> {
  try {
    const actor: Actor = await authenticator.recheck(connection.ctx.actor)
    connection.ctx = new Context(platform, actor, connection.ctx.origin)
    connection.ctx.require(connection.access)
    for (const name of connection.unwatch.keys()) {
      if (whyNot(platform.live.find(name), { ...connection, unwatch: new Map() }, name)) unsubscribe(connection, name)
    }
  } catch (error) {
    // Only a "no" ends the socket; a database that is away for a moment does not.
    if (error instanceof AppError && (error.status === 401 || error.status === 403))
      connection.socket.close(closeCodes.sessionEnded, 'The session has ended')
  }
}
