import type { WebSocket } from 'ws'
import { closeCodes } from '#kernel/closeCodes.ts'
import { AppError } from '#kernel/errors.ts'
import type { Platform } from '#platform/platform.ts'
import type { TailPortion } from '#platform/telemetry/logs/client.ts'

/** A reader slower than this much unsent data misses lines, and is told how many. */
export const unsentBytesMax = 1024 * 1024

/** The protocol allows no more for the reason of a close. */
const reasonBytesMax = 123

interface Following {
  /** In the console's grammar or LogQL. @throws AppError where it cannot be made */
  query(): string
  /** Waited for before lines are sent as they come. */
  before?(): Promise<void>
  send(portion: TailPortion): void
  /** Lines are sent from now on. */
  begun?(): void
  /** Told why, before the socket is closed. */
  refused?(message: string): void
}

/** Sends lines to a socket as they are stored, until it closes. */
export function follow({ telemetry, log }: Platform, socket: WebSocket, following: Following): void {
  let stop = (): void => undefined
  const begin = async (): Promise<void> => {
    const query = following.query()
    await telemetry.logs.check(query)
    await following.before?.()
    if (socket.readyState !== socket.OPEN) return
    const again = (): void => socket.close(closeCodes.restarting, 'The store starts again')
    stop = telemetry.logs.tail(query, following.send, again)
    following.begun?.()
  }
  begin().catch((error: unknown) => {
    if (!(error instanceof AppError)) log.warn({ component: 'logs', err: error }, 'a tail did not begin')
    const message = error instanceof AppError ? error.message : 'Something went wrong here'
    following.refused?.(message)
    socket.close(closeCodes.refused, shortened(message))
  })
  socket.on('close', () => stop())
}

/** Whole characters, as many as there is room for. */
const shortened = (text: string): string =>
  new TextDecoder().decode(Buffer.from(text).subarray(0, reasonBytesMax), { stream: true })
