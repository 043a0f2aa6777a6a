import * as z from 'zod'
import { AppError } from '#kernel/errors.ts'
import type { Context } from '../context.ts'
import type { Following } from './following.ts'
import type { Live } from './live.ts'
import { clientMessage, type ClientMessage } from './messages.ts'

/** What clients outside the console are given: everything that is broadcast, as far as their rights go, and rooms. */
export interface Rooms {
  /** @throws RESOURCE_NOT_FOUND or PERMISSION_DENIED */
  join(ctx: Context, room: string): void
  /** Also of what is broadcast. Leaving where one is not is no error. */
  leave(room: string): void
  /** Follows what `ctx` allows now, no more and no less. */
  recheck(ctx: Context): void
  names(): string[]
}

/** The rest of a family's name may be a whole query. */
const roomName = z.string().max(6_000)
const oneRoom = z.object({ room: roomName })
const anything = z.unknown()
const manyRooms = z.object({
  rooms: z.array(roomName).max(50).optional(),
  topics: z.array(roomName).max(50).optional(),
})

export function createRooms(live: Live, following: Following): Rooms {
  const left = new Set<string>()
  return {
    join: (ctx, room) => {
      const topic = live.inRoom(room)
      if (topic === undefined) throw new AppError('RESOURCE_NOT_FOUND', 'There is no room of that name')
      const refusal = following.follow(ctx, topic)
      if (refusal) throw refusal
      left.delete(topic)
    },
    leave: (room) => {
      const topic = live.inRoom(room)
      if (topic === undefined) return
      following.unfollow(topic)
      // What is not broadcast does not come by itself, and a client could name any number.
      if (live.broadcasts().includes(topic)) left.add(topic)
    },
    recheck: (ctx) => {
      following.recheck(ctx)
      for (const topic of live.broadcasts()) if (!left.has(topic)) following.follow(ctx, topic)
    },
    names: () => following.names().map((topic) => live.find(topic)?.room ?? topic),
  }
}

/** What every client may send about its rooms: one at a time as over Socket.IO, or several. */
export const roomMessages = (rooms: Rooms): ReadonlyMap<string, ClientMessage> =>
  new Map(
    [
      clientMessage({
        name: 'subscribe_room',
        access: 'authenticated',
        data: oneRoom,
        handle: (ctx, { room }) => joined(ctx, rooms, [room]),
      }),
      clientMessage({
        name: 'unsubscribe_room',
        access: 'authenticated',
        data: oneRoom,
        handle: (_ctx, { room }) => left(rooms, [room]),
      }),
      clientMessage({
        name: 'subscribe',
        access: 'authenticated',
        data: manyRooms,
        handle: (ctx, named) => joined(ctx, rooms, roomsIn(named)),
      }),
      clientMessage({
        name: 'unsubscribe',
        access: 'authenticated',
        data: manyRooms,
        handle: (_ctx, named) => left(rooms, roomsIn(named)),
      }),
      clientMessage({ name: 'ping', access: 'authenticated', data: anything, handle: () => 'pong' }),
    ].map((message) => [message.name, message]),
  )

const roomsIn = ({ rooms = [], topics = [] }: z.output<typeof manyRooms>): string[] => [...rooms, ...topics]

function joined(ctx: Context, rooms: Rooms, named: readonly string[]) {
  for (const room of named) rooms.join(ctx, room)
  return { rooms: rooms.names() }
}

function left(rooms: Rooms, named: readonly string[]) {
  named.forEach(rooms.leave)
  return { rooms: rooms.names() }
}
