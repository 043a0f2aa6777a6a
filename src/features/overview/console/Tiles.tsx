import { formatDuration, formatNumber, formatPercent, plural } from '#console/format.ts'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { Stat } from '#console/ui/Stat.tsx'
import type { Traffic } from './live.ts'
import type { Stats } from './queries.ts'

const waiting = <Skeleton className="h-7 w-20" />

interface TilesProps {
  traffic: Traffic | undefined
  stats: Stats | undefined
  /** They will not come for now. */
  statsFailed: boolean
}

/** What the last minute was like, and who is here. */
export const Tiles = ({ traffic, stats, statsFailed }: TilesProps) => (
  <div className="col-span-full grid grid-cols-4 gap-3 max-lg:grid-cols-2">
    <Stat
      label="Requests"
      value={traffic ? formatNumber(shortRate(traffic.per_second)) : waiting}
      note={traffic && 'a second'}
    />
    <Stat
      label="Errors"
      value={traffic ? formatPercent(traffic.failed_ratio * 100) : waiting}
      note={traffic && `of ${formatNumber(traffic.count)} in a minute`}
    />
    <Stat
      label="Response time, p95"
      value={traffic ? durationOf(traffic.p95_ms) : waiting}
      note={traffic && traffic.p50_ms !== null && `p50 ${formatDuration(traffic.p50_ms)}`}
    />
    <Stat
      label="People online"
      value={stats ? formatNumber(stats.users.online) : statsFailed ? '–' : waiting}
      note={stats ? `of ${plural(stats.users.total, 'user')}` : statsFailed && 'could not be read'}
    />
  </div>
)

const shortRate = (perSecond: number): number =>
  perSecond >= 100 ? Math.round(perSecond) : Math.round(perSecond * 10) / 10

const durationOf = (ms: number | null): string => (ms === null ? '–' : formatDuration(ms))
