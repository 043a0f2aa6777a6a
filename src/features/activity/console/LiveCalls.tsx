import { useState } from 'react'
import { plural } from '#console/format.ts'
import { useLive } from '#console/live.ts'
import { Sparkline } from '#console/ui/Sparkline.tsx'

interface Second {
  counts: { api_call: number }
}

const secondsShown = 60

/** Calls of the last minute, second by second, as they happen. */
export function LiveCalls() {
  const [calls, setCalls] = useState<number[]>([])
  useLive<Second>('activity', ({ data }) =>
    setCalls((before) => [...before, data.counts.api_call].slice(-secondsShown)),
  )
  const seen = calls.reduce((sum, count) => sum + count, 0)
  const padded = [...Array.from({ length: secondsShown - calls.length }, () => null), ...calls]
  return (
    <span className="flex items-center gap-2 text-sm text-muted max-sm:w-full max-sm:justify-between">
      {calls.length === 0 ? 'Listening…' : `${plural(seen, 'call')} in ${plural(calls.length, 'second')}`}
      <span className="w-36 max-sm:w-20">
        <Sparkline
          label="Calls per second in the last minute"
          values={padded}
          max={Math.max(3, ...calls)}
          height={18}
        />
      </span>
    </span>
  )
}
