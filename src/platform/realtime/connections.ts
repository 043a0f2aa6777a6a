import type { WebSocket } from 'ws'
import { closeCodes } from '#kernel/closeCodes.ts'
import type { Access } from '#kernel/contract.ts'
import { AppError } from '#kernel/errors.ts'
import { newId } from '#kernel/id.ts'
import { secondMs } from '#kernel/time.ts'
import { Context, type Actor } from '../context.ts'
import type { Authenticator } from '../http/request.ts'
import type { Platform, Stop } from '../platform.ts'

export const heartbeatMs = 15 * secondMs
/** Rights that were taken away reach an open socket within two seconds, also without an event. */
const recheckEveryMs = 1_500

/** What a connection is to whoever looks after it, whatever it speaks. */
export interface Wire {
  close(code: number, reason: string): void
  terminate(): void
  /** Asks for a sign of life, to be told by `heard`; absent where the protocol does so itself. */
  ping?(): void
}

interface Opening {
  ctx: Context
  /** Without it the connection ends. */
  access: Access
  /** How it came: `stream`, `/ws`, `Socket.IO`, `logs`. */
  door: string
  wire: Wire
  /** What it follows at the moment. */
  topics(): string[]
  /** Its owner's rights may have changed: what they no longer cover is to be taken away. */
  onRights?(ctx: Context): void
}

export interface Connection {
  readonly id: string
  /** With the rights its owner has now. */
  readonly ctx: Context
  /** False when the user has too many over all servers; the wire is closed then. */
  readonly admitted: Promise<boolean>
  /** The other side gave a sign of life. */
  heard(): void
  /** To be called when the wire is closed. */
  ended(): void
}

/** An open connection as it is listed. */
export interface OpenConnection {
  id: string
  user_id: string
  label: string
  address: string | null
  user_agent: string | null
  door: string
  topics: string[]
  /** Milliseconds since 1970. */
  opened_at: number
}

/** Every socket of this process, whatever it speaks: counted by user, kept alive, ended with its owner's rights. */
export interface Connections {
  /** Undefined when the user has too many in this process; the wire is closed then. */
  open(opening: Opening): Connection | undefined
  /** As `open` for a WebSocket; it ends with the socket. */
  openSocket(socket: WebSocket, opening: Omit<Opening, 'wire'>): Connection | undefined
  /** Looks after a socket of a feature's own. False when it was refused, and closed. */
  adopt(socket: WebSocket, ctx: Context, access: Access, what: string): boolean
  list(): OpenConnection[]
  /** Closes for good: the client is not to come back by itself. False when it is not here. */
  close(id: string, reason: string): boolean
  /** Calls the listener when a connection was opened or has ended. */
  onChange(listener: () => void): Stop
  start(): Stop
}

interface Known extends Opening {
  id: string
  openedAt: number
  alive: boolean
}

export function createConnections(platform: Platform, authenticator: Authenticator): Connections {
  const { config, slots } = platform
  const known = new Map<string, Known>()
  const listeners = new Set<() => void>()
  const changed = (): void => listeners.forEach((listener) => listener())

  const admit = async ({ id, ctx, wire }: Known, max: number): Promise<boolean> => {
    const allowed = await slots.take(ctx.actor.id, id, max)
    if (!known.has(id)) await slots.free(ctx.actor.id, id)
    if (!allowed) refuse(wire, max)
    return allowed
  }

  const open: Connections['open'] = (opening) => {
    const max = config.get('sockets_per_user_max')
    const userId = opening.ctx.actor.id
    const mine = [...known.values()].filter(({ ctx }) => ctx.actor.id === userId)
    if (mine.length >= max) {
      refuse(opening.wire, max)
      return undefined
    }
    const entry: Known = { ...opening, id: newId(), openedAt: platform.now(), alive: true }
    known.set(entry.id, entry)
    changed()
    return {
      id: entry.id,
      get ctx() {
        return entry.ctx
      },
      admitted: admit(entry, max),
      heard: () => void (entry.alive = true),
      ended: () => {
        if (!known.delete(entry.id)) return
        changed()
        void slots.free(userId, entry.id)
      },
    }
  }

  const openSocket: Connections['openSocket'] = (socket, opening) => {
    socket.on('error', () => socket.terminate())
    const connection = open({ ...opening, wire: socket })
    if (!connection) return undefined
    socket.on('close', connection.ended)
    socket.on('pong', connection.heard)
    return connection
  }

  const recheck = (): void => void recheckAll(platform, authenticator, [...known.values()])

  return {
    open,
    openSocket,
    adopt: (socket, ctx, access, what) =>
      openSocket(socket, { ctx, access, door: 'logs', topics: () => [what] }) !== undefined,
    list: () => [...known.values()].map(listed),
    close: (id, reason) => {
      const entry = known.get(id)
      entry?.wire.close(closeCodes.closed, reason)
      return entry !== undefined
    },
    onChange: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    start: () => {
      const beat = (): void => {
        for (const entry of known.values()) {
          void slots.renew(entry.ctx.actor.id, entry.id)
          askForLife(entry)
        }
      }
      const timers = [setInterval(beat, heartbeatMs), setInterval(recheck, recheckEveryMs)]
      const unsubscribe = ['user.*', 'session.*', 'auth.*', 'role.*', 'api-key.*'].map((topic) =>
        platform.events.subscribe(topic, recheck),
      )
      platform.lifecycle.onDrain(() => {
        for (const { wire } of known.values()) wire.close(closeCodes.restarting, 'This server is shutting down')
      })
      return () => {
        timers.forEach(clearInterval)
        for (const end of unsubscribe) end()
        for (const { wire } of known.values()) wire.terminate()
      }
    },
  }
}

const refuse = (wire: Wire, max: number): void => wire.close(closeCodes.tooMany, `More than ${max} sockets`)

const listed = ({ id, ctx: { actor, origin }, door, topics, openedAt }: Known): OpenConnection => ({
  id,
  user_id: actor.id,
  label: actor.label,
  address: origin.address,
  user_agent: origin.userAgent,
  door,
  topics: topics(),
  opened_at: openedAt,
})

function askForLife(entry: Known): void {
  const { wire } = entry
  if (!wire.ping) return
  if (!entry.alive) return wire.terminate()
  entry.alive = false
  wire.ping()
}

/** Asks once for all connections of a session or key. */
async function recheckAll(platform: Platform, authenticator: Authenticator, entries: Known[]): Promise<void> {
  const byOwner = Map.groupBy(entries, ({ ctx: { actor } }) => `${actor.id} ${actor.sessionId} ${actor.keyId}`)
  await Promise.all([...byOwner.values()].map((theirs) => recheck(platform, authenticator, theirs)))
}

async function recheck(platform: Platform, authenticator: Authenticator, entries: Known[]): Promise<void> {
  try {
    const actor = await authenticator.recheck(entries[0]!.ctx.actor)
    for (const entry of entries) applyRights(platform, entry, actor)
  } catch (error) {
    // Only a "no" ends the socket; a database that is away for a moment does not.
    if (!isRefusal(error)) return
    for (const { wire } of entries) wire.close(closeCodes.sessionEnded, 'The session has ended')
  }
}

function applyRights(platform: Platform, entry: Known, actor: Actor): void {
  entry.ctx = new Context(platform, actor, entry.ctx.origin)
  try {
    entry.ctx.require(entry.access)
  } catch (error) {
    if (!isRefusal(error)) throw error
    return entry.wire.close(closeCodes.sessionEnded, 'The right to this was taken away')
  }
  entry.onRights?.(entry.ctx)
}

const isRefusal = (error: unknown): boolean =>
  error instanceof AppError && (error.status === 401 || error.status === 403)
