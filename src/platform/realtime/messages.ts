import type * as z from 'zod'
import type { Access } from '#kernel/contract.ts'
import type { Context } from '../context.ts'

/** Whoever sent a message, for as long as the connection lasts. */
export interface Peer {
  /** Of the connection. */
  id: string
  /** Sends an event to this connection alone. False when it is gone, or too slow to take it. */
  send(event: string, data: unknown): boolean
  onClose(listener: () => void): void
}

/**
 * What a client may send over a socket: an event of Socket.IO, or a frame `{type, id?, data}` of `/ws`. As with an
 * endpoint, who may is declared and what comes is parsed before it is handled; what is returned, or the error, goes
 * back as acknowledgement.
 */
export interface ClientMessage<Schema extends z.ZodType = z.ZodType> {
  name: string
  access: Access
  data: Schema
  handle(ctx: Context, data: z.output<Schema>, peer: Peer): unknown
}

/** Ties a handler to its schema. */
export const clientMessage = <Schema extends z.ZodType>(message: ClientMessage<Schema>): ClientMessage =>
  message as unknown as ClientMessage
