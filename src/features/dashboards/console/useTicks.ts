import { useCallback, useEffect, useState } from 'react'

export interface Tick {
  count: number
  /** When it was, ms since the epoch: what "now" is for every panel. */
  nowMs: number
}

/** Goes on every `intervalMs` while the tab is seen; undefined stands still. A tab that comes back goes on at once. */
export function useTicks(intervalMs: number | undefined): { tick: Tick; goOn: () => void } {
  const [tick, setTick] = useState<Tick>(() => ({ count: 0, nowMs: Date.now() }))
  const goOn = useCallback(() => setTick(({ count }) => ({ count: count + 1, nowMs: Date.now() })), [])
  useEffect(() => {
    if (intervalMs === undefined) return undefined
    let lastMs = Date.now()
    const look = (): void => {
      if (document.hidden || Date.now() - lastMs < intervalMs * 0.9) return
      lastMs = Date.now()
      goOn()
    }
    const timer = setInterval(look, intervalMs)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }, [intervalMs, goOn])
  return { tick, goOn }
}
