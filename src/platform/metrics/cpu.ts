import { cpus } from 'node:os'

/** Percent in use since it was last asked, or over the last half second if that is less long ago. */
export type CpuMeter = () => number

/** Time spent working out of time passed, both in ms and counting up. */
interface Spent {
  busyMs: number
  totalMs: number
}

const shortestMs = 500

export function cpuMeter(read: () => Spent, lanes = 1): CpuMeter {
  let base = read()
  let percent = percentOf(base)
  return () => {
    const now = read()
    const spent = { busyMs: now.busyMs - base.busyMs, totalMs: now.totalMs - base.totalMs }
    if (spent.totalMs >= shortestMs * lanes) {
      percent = percentOf(spent)
      base = now
    }
    return percent
  }
}

const percentOf = ({ busyMs, totalMs }: Spent): number => (totalMs === 0 ? 0 : Math.max(0, (busyMs / totalMs) * 100))

/** All processors together: 0 to 100. */
export const machineCpu = (): CpuMeter => cpuMeter(machineTimes, cpus().length)

function machineTimes(): Spent {
  let idleMs = 0
  let totalMs = 0
  for (const { times } of cpus()) {
    idleMs += times.idle
    totalMs += times.idle + times.user + times.nice + times.sys + times.irq
  }
  return { busyMs: totalMs - idleMs, totalMs }
}

/** This process; 100 is one whole processor. */
export const processCpu = (): CpuMeter => cpuMeter(processTimes)

function processTimes(): Spent {
  const { user, system } = process.cpuUsage()
  return { busyMs: (user + system) / 1_000, totalMs: performance.now() }
}
