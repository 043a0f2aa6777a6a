import { readdir } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { percentOf } from './machine.ts'

/** Null where the system does not tell. */
export const threads = async (): Promise<number | null> =>
  process.platform === 'linux' ? (await readdir('/proc/self/task')).length : null

/** Reading the directory opens one more. */
export const openFiles = async (): Promise<number> => Math.max(0, (await readdir('/dev/fd')).length - 1)

/** Open TCP connections, those to databases included. */
export const tcpConnections = (): number =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap').length

/** Resident memory as a share of the machine's. */
export const memoryPercent = (): number => percentOf(process.memoryUsage.rss(), totalmem())
