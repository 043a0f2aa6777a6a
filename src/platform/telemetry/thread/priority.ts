import { existsSync, readlinkSync } from 'node:fs'
import { constants, getPriority, setPriority } from 'node:os'
import { basename } from 'node:path'

/** Half the processor time of the main thread when there is not enough for both. */
const steps = 3
const threadLink = '/proc/thread-self'

/**
 * Lets the main thread go first where more wants to run than there are processors: a long query may take longer, but a
 * request is looked at. Threads that this one starts are as modest. Linux alone knows a priority of a thread.
 */
export function letMainGoFirst(): void {
  if (!existsSync(threadLink)) return
  const thread = Number(basename(readlinkSync(threadLink)))
  setPriority(thread, Math.min(constants.priority.PRIORITY_LOW, getPriority(thread) + steps))
}
