import { useQuery } from '@tanstack/react-query'
import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import { useLive } from '#console/live.ts'
import { volumeQuery, type Asked, type LogRow } from './queries.ts'
import { levelsOf, withLevels } from './terms.ts'
import { topicOf, type ShownLines, type TailEvent } from './useLines.ts'
import { volumeOf, withRows, type Volume } from './volume.ts'

const updateEveryMs = 1_000

interface Volumes {
  shown: Volume | undefined
  /** Of the same query without its levels. */
  allLevels: Volume | undefined
}

/** Lines over time; what comes in is counted here, so that nobody has to be asked again. */
export function useVolume({ asked, window, isLive }: ShownLines): Volumes {
  const hasLevels = levelsOf(asked.q).length > 0
  const others = useQuery({ ...volumeQuery({ ...asked, q: withLevels(asked.q, []) }), enabled: hasLevels })
  const histogram = window?.histogram
  const { toMs } = asked.span
  const counted = useMemo(() => (histogram ? volumeOf(histogram, toMs) : undefined), [histogram, toMs])
  const [grown, setGrown] = useState({ from: counted, volume: counted })
  if (grown.from !== counted) setGrown({ from: counted, volume: counted })

  const arrived = useRef<{ of: Asked; rows: LogRow[] }>({ of: asked, rows: [] })
  const receive = ({ data }: { data: TailEvent }): void => {
    if ('error' in data) return
    if (arrived.current.of !== asked) arrived.current = { of: asked, rows: [] }
    // What is older was counted by the search already.
    arrived.current.rows.push(...data.rows.filter(({ timestamp }) => Date.parse(timestamp) >= asked.span.toMs))
  }
  useLive<TailEvent>(topicOf(asked.q), receive, { enabled: isLive })
  const update = useEffectEvent(() => {
    const rows = arrived.current.of === asked ? arrived.current.rows : []
    arrived.current = { of: asked, rows: [] }
    setGrown(({ from, volume }) => ({ from, volume: volume && withRows(volume, rows, Date.now()) }))
  })
  useEffect(() => {
    if (!isLive) return undefined
    const timer = setInterval(update, updateEveryMs)
    return () => clearInterval(timer)
  }, [isLive])

  const allLevels = useMemo(() => (others.data ? volumeOf(others.data, toMs) : undefined), [others.data, toMs])
  return { shown: grown.volume, allLevels: hasLevels ? allLevels : grown.volume }
}
