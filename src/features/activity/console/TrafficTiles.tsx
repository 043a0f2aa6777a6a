import { formatBytes, formatNumber, formatPercent } from '#console/format.ts'
import { Stat } from '#console/ui/Stat.tsx'
import { pb } from '#console/paths.ts'
import type { Traffic } from './queries.ts'

interface TilesProps {
  traffic: Traffic
  /** Undefined until it is known. */
  online: number | undefined
  logins: { good: number; failed: number } | undefined
}

export function TrafficTiles({ traffic: { totals }, online, logins }: TilesProps) {
  const { requests, errors, users, bytes } = totals
  return (
    <div className="col-span-full grid grid-cols-4 gap-3 max-xl:grid-cols-2">
      <Stat label="Calls" value={formatNumber(requests)} note={`${formatBytes(bytes)} sent`} />
      <Stat
        label="Users"
        value={formatNumber(users)}
        note={online === undefined ? '' : `${formatNumber(online)} active now`}
        to={pb.activity('users')}
      />
      <Stat
        label="Logins"
        value={logins ? formatNumber(logins.good) : '–'}
        note={logins && `${formatNumber(logins.failed)} failed`}
        to={pb.activity('logins')}
      />
      <Stat
        label="Refused or failed"
        value={formatPercent(requests === 0 ? 0 : (errors / requests) * 100)}
        note={`${formatNumber(errors)} calls`}
        to={pb.activity('endpoints')}
      />
    </div>
  )
}
