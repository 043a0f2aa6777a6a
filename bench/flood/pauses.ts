import { openSync, readSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

/** What became of one second of an event loop. */
export interface Pauses {
  /** For so long it looked at nothing. */
  longestMs: number
  /** The same without the time in which the thread could have run, and no processor was free for it. */
  longestOwnMs: number
}

/**
 * Tells the parent process every second how late the main thread of this one was. Loaded before a server
 * (`node --import`), or run by itself: a loop that does nothing, whose pauses are the machine's.
 */
const tickMs = 10
const reportMs = 1_000
const schedstat = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r')
const bytes = Buffer.alloc(128)

/** How long the main thread has waited for a processor. https://docs.kernel.org/scheduler/sched-stats.html */
function waitedMs(): number {
  const length = readSync(schedstat, bytes, 0, bytes.length, 0)
  return Number(bytes.toString('latin1', 0, length).split(' ')[1]) / 1e6
}

function reportPauses(): void {
  let seen: Pauses = { longestMs: 0, longestOwnMs: 0 }
  let last = { at: performance.now(), waited: waitedMs() }
  setInterval(() => {
    const now = { at: performance.now(), waited: waitedMs() }
    const pauseMs = Math.max(0, now.at - last.at - tickMs)
    // Up to one tick of the wait may lie in the time that is no pause.
    const ownMs = Math.max(0, pauseMs - (now.waited - last.waited))
    seen = { longestMs: Math.max(seen.longestMs, pauseMs), longestOwnMs: Math.max(seen.longestOwnMs, ownMs) }
    last = now
  }, tickMs).unref()
  setInterval(() => {
    process.send!(seen)
    seen = { longestMs: 0, longestOwnMs: 0 }
  }, reportMs).unref()
}

if (isMainThread && process.send) reportPauses()
// Lives as long as its parent listens.
if (process.argv[1] === import.meta.filename) process.on('message', () => undefined)
