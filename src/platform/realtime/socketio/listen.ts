import type { Socket } from 'socket.io'
import type { Platform } from '../../platform.ts'
import { createInbox, type Acknowledgement } from '../dispatch.ts'
import type { ClientMessage } from '../messages.ts'
import { roomMessages } from '../rooms.ts'
import type { Admitted } from './admission.ts'

/** Hands over what the client sends: `(event, data, acknowledge?)`. */
export function listen(
  platform: Platform,
  socket: Socket,
  { connection, rooms, backlog }: Admitted,
  messages: ReadonlyMap<string, ClientMessage>,
): void {
  const inbox = createInbox(platform, messages, roomMessages(rooms), {
    id: connection.id,
    send: (event, data) => {
      if (!socket.connected || !backlog.accepts(event)) return false
      return socket.emit(event, data)
    },
    onClose: (listener) => void socket.once('disconnect', listener),
  })
  socket.onAny((event: string, ...args: unknown[]) => {
    const last = args.at(-1)
    const acknowledge = typeof last === 'function' ? (last as (answer: Acknowledgement) => void) : undefined
    const data = acknowledge && args.length === 1 ? undefined : args[0]
    void inbox.receive(connection.ctx, event, data).then((answer) => {
      if (acknowledge) acknowledge(answer)
      // Who did not ask for an answer still learns that nothing came of it.
      else if (!answer.ok) socket.emit('error_message', { event, ...answer.error })
    })
  })
}
