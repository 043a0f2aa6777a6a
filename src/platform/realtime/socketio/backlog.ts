import type { Socket } from 'socket.io'
import { unsentBytesMax } from '../frames.ts'

/** What was written for one client and has not left yet. */
export interface Backlog {
  /** False, and counted, while the client is too slow; it learns the number before the next that it gets. */
  accepts(event: string): boolean
}

/** The transport takes a batch at a time; what comes meanwhile waits for the next. */
export function createBacklog(socket: Socket): Backlog {
  const { conn } = socket
  const dropped = new Map<string, number>()
  let waiting = 0
  let leaving = 0
  conn.on('packetCreate', ({ data }: { data?: string | Buffer }) => {
    waiting += data?.length ?? 0
  })
  conn.on('flush', () => {
    leaving = waiting
    waiting = 0
  })
  const unsentBytes = (): number => waiting + (conn.transport.writable ? 0 : leaving)

  return {
    accepts: (event) => {
      const before = dropped.get(event)
      if (unsentBytes() > unsentBytesMax) {
        dropped.set(event, (before ?? 0) + 1)
        return false
      }
      if (before !== undefined) {
        dropped.delete(event)
        socket.emit('messages_dropped', { event, count: before })
      }
      return true
    },
  }
}
