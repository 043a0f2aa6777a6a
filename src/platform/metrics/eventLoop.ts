import { monitorEventLoopDelay } from 'node:perf_hooks'

export interface EventLoopMonitor {
  /** The longest pause since this was last asked, in ms: for so long no request was looked at. */
  longestPauseMs(): number
  stop(): void
}

const resolutionMs = 20

export function monitorEventLoop(): EventLoopMonitor {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs })
  delays.enable()
  return {
    longestPauseMs: () => {
      // What it measures is the time between two of its own ticks.
      const longest = Math.max(0, delays.max / 1e6 - resolutionMs)
      delays.reset()
      return longest
    },
    stop: () => void delays.disable(),
  }
}
