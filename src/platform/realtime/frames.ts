import type { WebSocket } from 'ws'

/** A reader slower than this much unsent data misses messages, and is told how many. */
export const unsentBytesMax = 1024 * 1024

/** The text of one message, with the number of those that were left out before it. */
export type MessageText = (dropped: number | undefined) => string

/** Written once for all readers; those who missed something get a text of their own. */
export function messageText(frame: (dropped: number | undefined) => object): MessageText {
  let common: string | undefined
  return (dropped) => {
    if (dropped !== undefined) return JSON.stringify(frame(dropped))
    return (common ??= JSON.stringify(frame(undefined)))
  }
}

/** Sends JSON frames to one WebSocket; messages only as far as its reader keeps up. */
export interface Sender {
  send(frame: object): void
  /** False when it was left out; messages are counted by topic. */
  deliver(topic: string, text: MessageText): boolean
}

export function socketSender(socket: WebSocket): Sender {
  const dropped = new Map<string, number>()
  const write = (text: string): void => {
    if (socket.readyState === socket.OPEN) socket.send(text)
  }
  return {
    send: (frame) => write(JSON.stringify(frame)),
    deliver: (topic, text) => {
      const before = dropped.get(topic)
      if (socket.bufferedAmount > unsentBytesMax) {
        dropped.set(topic, (before ?? 0) + 1)
        return false
      }
      if (before !== undefined) dropped.delete(topic)
      write(text(before))
      return true
    },
  }
}

/** Undefined for what is no JSON, which no schema takes. */
export function jsonOf(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
