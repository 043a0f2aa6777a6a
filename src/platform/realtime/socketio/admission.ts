import type { IncomingMessage } from 'node:http'
import type { Socket } from 'socket.io'
import * as z from 'zod'
import { closeCodes } from '#kernel/closeCodes.ts'
import { AppError } from '#kernel/errors.ts'
import { Context, type Actor, type Origin } from '../../context.ts'
import { spend } from '../../http/budget.ts'
import { callerOf } from '../../http/caller.ts'
import type { HttpServer } from '../../http/server.ts'
import { admit } from '../../http/upgrade.ts'
import type { Connection, Connections, Wire } from '../connections.ts'
import { spoken } from '../dispatch.ts'
import { createFollowing, type Following } from '../following.ts'
import { createRooms, type Rooms } from '../rooms.ts'
import { createBacklog, type Backlog } from './backlog.ts'

/** A client that was let in. */
export interface Admitted {
  connection: Connection
  following: Following
  rooms: Rooms
  backlog: Backlog
  end(): void
}

export interface Admission {
  /** Remembers who asks for a transport. Nobody in particular may: newer clients say so in their first packet. */
  identify(request: IncomingMessage, origin: Origin): Promise<void>
  /** @throws AppError when the client is not to be let in */
  admit(socket: Socket): Promise<Admitted>
  /** As clients are told, by `connect_error` or, before version 3, `error`. */
  refusal(error: unknown): Error
}

const auth = z.object({ token: z.string().max(4_000).optional(), ticket: z.string().max(200).optional() }).catch({})

export function createAdmission(server: HttpServer, connections: Connections): Admission {
  const { platform } = server
  const askers = new WeakMap<IncomingMessage, { actor: Actor; origin: Origin }>()

  const actorOf = async (socket: Socket, known: Actor, { address }: Origin): Promise<Actor> => {
    const { token, ticket } = auth.parse(socket.handshake.auth)
    if (known.kind !== 'anonymous' || (token === undefined && ticket === undefined)) return known
    // Guessing is limited here as everywhere: what is wrong is counted by address.
    const bearer = token?.replace(/^Bearer /i, '')
    const { actor, failure } = await callerOf(() =>
      server.authenticator.identify({ bearer, cookie: undefined, ticket }, address ?? ''),
    )
    await spend(platform, 'general', actor, address ?? '')
    if (failure) throw failure
    return actor
  }

  return {
    identify: async (request, origin) => {
      askers.set(request, { actor: await admit(server, request, origin), origin })
    },
    admit: async (socket) => {
      const asker = askers.get(socket.request)
      if (!asker) throw new AppError('UNAUTHENTICATED', 'Connect again')
      const ctx = new Context(platform, await actorOf(socket, asker.actor, asker.origin), asker.origin)
      ctx.require('authenticated')
      const following = createFollowing(platform.live)
      const rooms = createRooms(platform.live, following)
      const connection = connections.open({
        ctx,
        access: 'authenticated',
        door: 'Socket.IO',
        wire: wireOf(socket),
        topics: following.names,
        onRights: rooms.recheck,
      })
      const tooMany = new AppError('RATE_LIMITED', 'This user has as many sockets open as are allowed')
      if (!connection) throw tooMany
      if (!(await connection.admitted)) {
        connection.ended()
        throw tooMany
      }
      rooms.recheck(connection.ctx)
      return {
        connection,
        following,
        rooms,
        backlog: createBacklog(socket),
        end: () => {
          following.end()
          connection.ended()
        },
      }
    },
    refusal: (error) => {
      const told = spoken(platform, error)
      return Object.assign(new Error(told.message), { data: told })
    },
  }
}

/** The protocol has no close codes: the client is told by an event, then closed. */
const wireOf = (socket: Socket): Wire => ({
  close: (code, reason) => {
    if (socket.connected) socket.emit('connection_closing', { code, reason })
    // A client that was not asked to go comes back by itself, to another server.
    if (code === closeCodes.restarting) socket.conn.close()
    else socket.disconnect(true)
  },
  terminate: () => socket.conn.close(true),
})
