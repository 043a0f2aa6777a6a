// Readers of Linux' /proc, each a plain function of a file's text.
import { secondMs } from '#kernel/time.ts'

const rowsOf = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().split(/\s+/))

const kibibyte = 1_024
const sectorBytes = 512

/** `/proc/meminfo` in bytes, by name. */
export const memoryOf = (text: string): Record<string, number> =>
  Object.fromEntries(rowsOf(text).map(([name = '', size]) => [name.replace(/:$/, ''), Number(size) * kibibyte]))

/** Processor time by state since the machine started, in seconds. */
export function cpuTimesOf(stat: string, ticksPerSecond: number): Record<string, number> {
  const [, ...ticks] = rowsOf(stat).find(([name]) => name === 'cpu') ?? []
  const states = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal']
  return Object.fromEntries(states.map((state, at) => [state, Number(ticks[at] ?? 0) / ticksPerSecond]))
}

/** One disk since the machine started. */
export interface DiskFigures {
  device: string
  read: Direction
  write: Direction
  busySeconds: number
}

interface Direction {
  operations: number
  bytes: number
  seconds: number
}

const wholeDisk = /^(sd[a-z]+|vd[a-z]+|xvd[a-z]+|hd[a-z]+|nvme\d+n\d+|mmcblk\d+|md\d+)$/

/** `/proc/diskstats`: whole disks, whose figures include those of their partitions. */
export const disksOf = (text: string): DiskFigures[] =>
  rowsOf(text)
    .filter(([, , device = '']) => wholeDisk.test(device))
    .map(([, , device = '', ...figures]) => {
      const at = (column: number): number => Number(figures[column] ?? 0)
      const direction = (first: number): Direction => ({
        operations: at(first),
        bytes: at(first + 2) * sectorBytes,
        seconds: at(first + 3) / secondMs,
      })
      return { device, read: direction(0), write: direction(4), busySeconds: at(9) / secondMs }
    })

/** One interface since the machine started. */
export interface InterfaceFigures {
  name: string
  receive: Traffic
  transmit: Traffic
}

interface Traffic {
  bytes: number
  packets: number
  errors: number
  dropped: number
}

/** The other end of what a real interface counts already. */
export const virtualInterface = /^(lo|veth|br-|docker|ifb|virbr|cni|flannel|cali|tunl|dummy)/

/** `/proc/net/dev` without interfaces that are no hardware. */
export const interfacesOf = (text: string): InterfaceFigures[] =>
  rowsOf(text.replaceAll(':', ' '))
    .filter(([name = '', bytes = '']) => /^\d+$/.test(bytes) && !virtualInterface.test(name))
    .map(([name = '', ...figures]) => {
      const traffic = (first: number): Traffic => {
        const [bytes = 0, packets = 0, errors = 0, dropped = 0] = figures.slice(first, first + 4).map(Number)
        return { bytes, packets, errors, dropped }
      }
      return { name, receive: traffic(0), transmit: traffic(8) }
    })

/** Seconds for which some work waited, and for which all of it did. */
export interface Pressure {
  waitingSeconds: number
  stalledSeconds: number
}

/** `/proc/pressure/*` */
export function pressureOf(text: string): Pressure {
  const secondsOf = (kind: string): number =>
    Number(new RegExp(`^${kind} .*total=(\\d+)`, 'm').exec(text)?.[1] ?? 0) / 1e6
  return { waitingSeconds: secondsOf('some'), stalledSeconds: secondsOf('full') }
}

/** One process, from `/proc/<pid>/stat`. */
export interface ProcessFigures {
  pid: number
  name: string
  state: string
  cpuTicks: number
  /** Ticks after the machine started; with the pid it names a process for ever. */
  startedAtTicks: number
  residentPages: number
}

const stateNames: Record<string, string> = {
  R: 'running',
  S: 'sleeping',
  D: 'blocked',
  I: 'idle',
  Z: 'zombie',
  T: 'stopped',
  t: 'stopped',
}

/** The name stands in parentheses and may hold anything, also parentheses and line breaks. */
export function processOf(stat: string): ProcessFigures | undefined {
  const parts = /^(\d+) \(([\s\S]*)\) (\S) ([\s\S]*)$/.exec(stat)
  if (!parts) return undefined
  const [, pid, name = '', state = '', rest = ''] = parts
  // The first of them is the fourth field of the file.
  const fields = rest.split(' ').map(Number)
  const field = (number: number): number => fields[number - 4] ?? 0
  return {
    pid: Number(pid),
    name,
    state: stateNames[state] ?? 'other',
    cpuTicks: field(14) + field(15),
    startedAtTicks: field(22),
    residentPages: field(24),
  }
}

/** Units of the kernel, which it hands every program at its start. */
export function unitsOf(auxiliaryVector: Buffer): { pageBytes: number; ticksPerSecond: number } {
  const entries = new Map<bigint, bigint>()
  for (let at = 0; at + 16 <= auxiliaryVector.length; at += 16)
    entries.set(auxiliaryVector.readBigUInt64LE(at), auxiliaryVector.readBigUInt64LE(at + 8))
  return { pageBytes: Number(entries.get(6n) ?? 4_096n), ticksPerSecond: Number(entries.get(17n) ?? 100n) }
}
