import { AppError } from '#kernel/errors.ts'
import type { Context } from '../context.ts'
import { publicError, validationError } from '../http/errors.ts'
import { spend } from '../http/budget.ts'
import type { Platform } from '../platform.ts'
import type { ClientMessage, Peer } from './messages.ts'

/** What a client is told of a message it sent. */
export type Acknowledgement = { ok: true; data: unknown } | { ok: false; error: SpokenError }

export interface SpokenError {
  code: string
  message: string
  details: Record<string, unknown>
}

/** How many messages of one connection may be on their way at a time. */
const runningMax = 64

/** Takes what one connection sends. Messages begin in the order in which they come. */
export interface Inbox {
  receive(ctx: Context, name: string, data: unknown): Promise<Acknowledgement>
}

/** @throws Error where two features take a message of the same name */
export function messagesByName(messages: readonly ClientMessage[]): ReadonlyMap<string, ClientMessage> {
  const byName = new Map(messages.map((message) => [message.name, message]))
  if (byName.size < messages.length) throw new Error('Two messages of clients have the same name')
  return byName
}

/** `own` are messages about the connection itself; no feature takes their names. */
export function createInbox(
  platform: Platform,
  messages: ReadonlyMap<string, ClientMessage>,
  own: ReadonlyMap<string, ClientMessage>,
  peer: Peer,
): Inbox {
  let running = 0

  const handle = async (ctx: Context, name: string, data: unknown): Promise<unknown> => {
    if (running > runningMax)
      throw new AppError('RATE_LIMITED', `More than ${runningMax} messages are being worked on; wait for their answers`)
    const message = own.get(name) ?? messages.get(name)
    if (!message) throw new AppError('RESOURCE_NOT_FOUND', 'There is no message of that name')
    await spend(platform, 'protocol', ctx.actor, ctx.origin.address ?? '')
    ctx.require(message.access)
    const parsed = message.data.safeParse(data)
    if (!parsed.success) throw validationError(parsed.error.issues, 'body')
    return message.handle(ctx, parsed.data, peer)
  }

  return {
    receive: async (ctx, name, data) => {
      running++
      try {
        return { ok: true, data: (await handle(ctx, name, data)) ?? null }
      } catch (error) {
        return { ok: false, error: spoken(platform, error) }
      } finally {
        running--
      }
    },
  }
}

/** As errors are told over HTTP; one of ours is logged and not shown. */
export function spoken({ log }: Platform, error: unknown): SpokenError {
  const told = publicError(error) ?? new AppError('INTERNAL_ERROR', 'Something went wrong here')
  if (told.status >= 500) log.child({ component: 'sockets' }).error({ err: error }, 'a message failed')
  const { code, message, details } = told
  return { code, message, details }
}
