import { readFile, statfs } from 'node:fs/promises'
import { freemem, totalmem } from 'node:os'

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

const wholeDisk = /^(sd[a-z]+|vd[a-z]+|xvd[a-z]+|hd[a-z]+|nvme\d+n\d+|mmcblk\d+)$/
/** The other end of what a real interface counts already. */
const virtualInterface = /^(lo|veth|br-|docker|ifb|virbr|cni|flannel|cali|tunl|dummy)/
const sectorBytes = 512

async function fromProc(): Promise<Transfers> {
  const [disks, interfaces] = await Promise.all([
    readFile('/proc/diskstats', 'utf8'),
    readFile('/proc/net/dev', 'utf8'),
  ])
  const diskRows = fieldsOf(disks).filter(([, , name = '']) => wholeDisk.test(name))
  const interfaceRows = fieldsOf(interfaces.replaceAll(':', ' ')).filter(
    ([name = '', bytes = '']) => /^\d+$/.test(bytes) && !virtualInterface.test(name),
  )
  return {
    diskReadBytes: sum(diskRows, 5) * sectorBytes,
    diskWrittenBytes: sum(diskRows, 9) * sectorBytes,
    receivedBytes: sum(interfaceRows, 1),
    transmittedBytes: sum(interfaceRows, 9),
  }
}

const fieldsOf = (text: string): string[][] => text.split('\n').map((line) => line.trim().split(/\s+/))

const sum = (rows: string[][], column: number): number => rows.reduce((total, row) => total + Number(row[column]), 0)

async function fromLibrary(): Promise<Transfers> {
  const { fsStats, networkStats } = await import('systeminformation')
  const [files, interfaces] = await Promise.all([fsStats(), networkStats('*')])
  const real = interfaces.filter(({ iface }) => !virtualInterface.test(iface))
  return {
    diskReadBytes: files.rx,
    diskWrittenBytes: files.wx,
    receivedBytes: real.reduce((total, { rx_bytes }) => total + rx_bytes, 0),
    transmittedBytes: real.reduce((total, { tx_bytes }) => total + tx_bytes, 0),
  }
}
