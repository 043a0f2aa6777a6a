import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { secondMs } from '#kernel/time.ts'
import { bootId } from '#platform/boot.ts'
import type { InstanceRow } from './store.ts'

/** Where a process runs: pids mean the same only within one of these. */
export interface Place {
  hostName: string
  bootId: string
}

const onLinux = process.platform === 'linux'

/** This machine since it started; in a container, the container. */
export function thisPlace(): Place {
  if (!onLinux) return { hostName: hostname(), bootId: '' }
  return { hostName: hostname(), bootId: `${bootId()}/${readlinkSync('/proc/self/ns/pid')}` }
}

/** Tells a process from a later one with the same pid; undefined when no process has it. */
export type StartedOf = (pid: number) => string | undefined

export const startedOf: StartedOf = onLinux ? startTicks : merelyExists

function startTicks(pid: number): string | undefined {
  const stat = readOrUndefined(`/proc/${pid}/stat`)
  // The name of the program stands in parentheses and may hold spaces and parentheses itself.
  const [state, ...rest] = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
  const hasEnded = state === undefined || state === 'Z' || state === 'X'
  return hasEnded ? undefined : rest[18]
}

function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}

/** Signal 0 is not sent; it only asks. */
function merelyExists(pid: number): string | undefined {
  try {
    return process.kill(pid, 0) ? 'running' : undefined
  } catch {
    return undefined
  }
}

/** A process elsewhere is believed gone when it has not been heard of for this long. */
const silenceMsMax = 30 * secondMs

/** Whether the process that wrote the row still runs. */
export function isAlive(row: InstanceRow, here: Place, started: StartedOf, now: number): boolean {
  const isHere = row.host_name === here.hostName && row.boot_id === here.bootId
  return isHere ? started(row.pid) === row.pid_started : now - row.heartbeat_at <= silenceMsMax
}
