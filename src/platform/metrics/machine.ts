import { readFile, statfs } from 'node:fs/promises'
import { freemem, totalmem } from 'node:os'
import { disksOf, interfacesOf, virtualInterface } from './host/proc.ts'

/** Bytes in use out of those there are. */
export interface Space {
  usedBytes: number
  totalBytes: number
}

export const memory = (): Space => {
  const totalBytes = totalmem()
  // What the system would give at once counts as free, caches included.
  return { totalBytes, usedBytes: totalBytes - freemem() }
}

/** The file system that holds `path`. */
export async function disk(path: string): Promise<Space & { percent: number }> {
  const { bsize, blocks, bfree, bavail } = await statfs(path)
  const usedBytes = (blocks - bfree) * bsize
  // As df does: what only root may use is neither used nor available.
  return { totalBytes: blocks * bsize, usedBytes, percent: percentOf(usedBytes, usedBytes + bavail * bsize) }
}

export const percentOf = (part: number, whole: number): number => (whole === 0 ? 0 : (part / whole) * 100)

/** Bytes moved since the machine started. */
export interface Transfers {
  diskReadBytes: number
  diskWrittenBytes: number
  receivedBytes: number
  transmittedBytes: number
}

export const transfers = (): Promise<Transfers> => (process.platform === 'linux' ? fromProc() : fromLibrary())

async function fromProc(): Promise<Transfers> {
  const [disks, interfaces] = await Promise.all([
    readFile('/proc/diskstats', 'utf8').then(disksOf),
    readFile('/proc/net/dev', 'utf8').then(interfacesOf),
  ])
  return {
    diskReadBytes: sum(disks.map(({ read }) => read.bytes)),
    diskWrittenBytes: sum(disks.map(({ write }) => write.bytes)),
    receivedBytes: sum(interfaces.map(({ receive }) => receive.bytes)),
    transmittedBytes: sum(interfaces.map(({ transmit }) => transmit.bytes)),
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

async function fromLibrary(): Promise<Transfers> {
  const { fsStats, networkStats } = await import('systeminformation')
  const [files, interfaces] = await Promise.all([fsStats(), networkStats('*')])
  const real = interfaces.filter(({ iface }) => !virtualInterface.test(iface))
  return {
    diskReadBytes: files.rx,
    diskWrittenBytes: files.wx,
    receivedBytes: sum(real.map(({ rx_bytes }) => rx_bytes)),
    transmittedBytes: sum(real.map(({ tx_bytes }) => tx_bytes)),
  }
}
