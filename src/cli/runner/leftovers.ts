import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { secondMs } from '#kernel/time.ts'

const waitMs = 5 * secondMs

/**
 * Ends the programs that an earlier runner, which was killed, left running: nobody could stop them any more. They are
 * known by their environment, which also what they started has. Resolves with their number. Only on Linux, where that
 * can be read.
 */
export async function endLeftovers(marks: ReadonlySet<string>): Promise<number> {
  if (marks.size === 0 || process.platform !== 'linux') return 0
  const found = processesWith(marks)
  signalAll(found, 'SIGTERM')
  signalAll(found, 'SIGCONT')
  for (let waited = 0; waited < waitMs && processesWith(marks).length > 0; waited += 100) await delay(100)
  signalAll(processesWith(marks), 'SIGKILL')
  return found.length
}

const processesWith = (marks: ReadonlySet<string>): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && environmentOf(pid).some((variable) => marks.has(variable)))

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    // Somebody else's, or gone.
    return []
  }
}

function signalAll(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}
