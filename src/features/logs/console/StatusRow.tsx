import { ArrowDown } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { formatBytes, formatDuration, formatNumber, plural } from '#console/format.ts'
import { useLiveState } from '#console/live.ts'
import { Button } from '#console/ui/Button.tsx'
import { Status } from '#console/ui/Status.tsx'
import type { Lines } from './lines.ts'
import { useLinesState, type ShownLines } from './useLines.ts'

interface StatusRowProps {
  shown: ShownLines
  /** Lines that match in the whole range; undefined while nobody counted them. */
  matching: number | undefined
}

/** `following · 2,014 lines/s · 50,000 buffered · 0 dropped · scanned 1.2 GiB in 340 ms` */
export function StatusRow({ shown: { lines, window, isLive }, matching }: StatusRowProps) {
  const { length, isFollowing, dropped } = useLinesState(lines)
  const rate = useRate(lines, isLive)
  const { phase } = useLiveState()
  const scanned = window?.scanned
  const facts = [
    ...(isLive ? [`${plural(rate, 'line')}/s`] : []),
    `${formatNumber(length)} buffered`,
    ...(isLive ? [`${formatNumber(dropped)} dropped`] : []),
    // What a search tells comes last, so that it moves nothing when it comes.
    ...(matching === undefined ? [] : [`${plural(matching, 'line')} in range`]),
    ...(scanned ? [`scanned ${formatBytes(scanned.bytes)} in ${formatDuration(scanned.took_ms)}`] : []),
  ]
  return (
    <div className="flex min-h-6 shrink-0 flex-wrap content-start items-center gap-x-2 border-t border-border px-2 text-sm text-muted max-sm:min-h-11">
      {isLive && phase !== 'live' ? (
        <Status level="warn">reconnecting</Status>
      ) : isLive ? (
        <Status level={isFollowing ? 'ok' : 'unknown'}>{isFollowing ? 'following' : 'paused'}</Status>
      ) : (
        <span>not live</span>
      )}
      {facts.map((fact) => (
        <span key={fact.replaceAll(/[\d.,]+/g, '')} className="whitespace-nowrap">
          <span aria-hidden="true" className="pr-2 text-faint">
            ·
          </span>
          {fact}
        </span>
      ))}
    </div>
  )
}

function useRate(lines: Lines, isLive: boolean): number {
  const [rate, setRate] = useState(0)
  useEffect(() => {
    if (!isLive) return undefined
    const timer = setInterval(() => setRate(lines.ratePerSecond()), 1_000)
    return () => clearInterval(timer)
  }, [lines, isLive])
  return rate
}

/** While following is paused: how much came since, and the way back. */
export function NewLines({ lines, isLive, onResume }: { lines: Lines; isLive: boolean; onResume: () => void }) {
  const { isFollowing, arrived } = useLinesState(lines)
  if (!isLive || isFollowing) return null
  return (
    <div className="pointer-events-none absolute inset-x-0 bottom-2 z-10 flex justify-center">
      <Button icon={ArrowDown} onClick={onResume} className="pointer-events-auto shadow-float">
        {arrived > 0 ? `${formatNumber(arrived)} new ${arrived === 1 ? 'line' : 'lines'}` : 'Follow'}
      </Button>
    </div>
  )
}

const announceEveryMs = 10_000

/** Says now and then how many errors came, because the lines themselves are too many to be read out. */
export function ErrorAnnouncer({ lines, isLive }: { lines: Lines; isLive: boolean }) {
  const [said, setSaid] = useState('')
  const counted = useRef(0)
  useEffect(() => {
    if (!isLive) return undefined
    counted.current = lines.state().failures
    const timer = setInterval(() => {
      const { failures } = lines.state()
      const fresh = failures - counted.current
      counted.current = failures
      setSaid(fresh > 0 ? plural(fresh, 'new error') : '')
    }, announceEveryMs)
    return () => clearInterval(timer)
  }, [lines, isLive])
  return (
    <p role="status" className="sr-only">
      {said}
    </p>
  )
}
