import { useSyncExternalStore } from 'react'
import { formatAgo, formatTime } from '../format.ts'
import { usePreferences } from '../preferences.ts'
import { Tooltip } from './Tooltip.tsx'

interface TimeAgoProps {
  /** ISO time; null prints `never`. */
  at: string | null
  /** Instead of `never`. */
  never?: string
  /** Puts it in the tab order so that the exact time can be read by keyboard; in tables the row's details have it. */
  focusable?: boolean
}

/** `3 m ago`, with the exact time on hover and focus. */
export function TimeAgo({ at, never = 'never', focusable = false }: TimeAgoProps) {
  const nowMs = useNow()
  usePreferences()
  if (at === null) return <span className="text-faint">{never}</span>
  return (
    <Tooltip text={formatTime(at)}>
      <time dateTime={at} tabIndex={focusable ? 0 : undefined} className="whitespace-nowrap">
        {formatAgo(at, nowMs)}
      </time>
    </Tooltip>
  )
}

/** The exact time in the reader's zone or UTC, as the preferences say. */
export function ExactTime({ at }: { at: string }) {
  usePreferences()
  return (
    <time dateTime={at} className="whitespace-nowrap">
      {formatTime(at)}
    </time>
  )
}

const slowClock = clockOf(10_000)
const fastClock = clockOf(1_000)

/** Now, moving on every ten seconds for all that look. */
export const useNow = (): number => useSyncExternalStore(slowClock.watch, slowClock.nowMs)

/** Now, moving on every second: for what counts down. */
export const useNowBySecond = (): number => useSyncExternalStore(fastClock.watch, fastClock.nowMs)

/** A clock that goes only while somebody looks. */
function clockOf(tickMs: number): { nowMs: () => number; watch: (watcher: () => void) => () => void } {
  const watchers = new Set<() => void>()
  let nowMs = Date.now()
  let timer: ReturnType<typeof setInterval> | undefined
  const tick = (): void => {
    nowMs = Date.now()
    for (const watcher of watchers) watcher()
  }
  return {
    nowMs: () => nowMs,
    watch: (watcher) => {
      watchers.add(watcher)
      timer ??= setInterval(tick, tickMs)
      return () => {
        watchers.delete(watcher)
        if (watchers.size > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
  }
}
