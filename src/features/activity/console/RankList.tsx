import type { ReactNode } from 'react'
import { formatNumber } from '#console/format.ts'

interface Ranked {
  key: string
  name: ReactNode
  count: number
}

/** Most first, with a bar for how much less the others have. */
export function RankList({ label, ranked }: { label: string; ranked: Ranked[] }) {
  const highest = Math.max(1, ...ranked.map(({ count }) => count))
  return (
    <ol aria-label={label} className="flex flex-col gap-2">
      {ranked.map(({ key, name, count }) => (
        <li key={key} className="flex flex-col gap-1">
          <span className="flex items-baseline justify-between gap-3">
            <span className="min-w-0">{name}</span>
            <span className="text-muted tabular-nums">{formatNumber(count)}</span>
          </span>
          <span aria-hidden="true" className="h-1 rounded-full bg-hover">
            <span className="block h-full rounded-full bg-accent" style={{ width: `${(count / highest) * 100}%` }} />
          </span>
        </li>
      ))}
    </ol>
  )
}
