import { RotateCw } from 'lucide-react'
import { endsNow } from '#console/timeRange.ts'
import { IconButton } from '#console/ui/Button.tsx'
import { RefreshPicker } from '#console/ui/RefreshPicker.tsx'
import { StaleNote } from '#console/ui/StaleNote.tsx'
import { TimeRangePicker } from '#console/ui/TimeRange.tsx'
import type { LiveBoard } from './useBoard.ts'

/** Which time the board shows, and how often it looks again. */
export function BoardTime({ live }: { live: LiveBoard }) {
  const { search, setSearch, span, intervalMs, isAsking, refresh, board, dataOf } = live
  const times = board.panels.flatMap(({ id }) => dataOf(id)?.updatedAt ?? []).filter((at) => at > 0)
  return (
    <>
      {intervalMs !== undefined && times.length > 0 && (
        <StaleNote updatedAt={Math.max(...times)} intervalMs={Math.max(intervalMs, 10_000)} />
      )}
      <TimeRangePicker range={search} span={span} onChange={({ from, to }) => setSearch({ from, to })} />
      <RefreshPicker
        refresh={search.refresh}
        onChange={(next) => setSearch({ refresh: next })}
        disabledReason={endsNow(search) ? undefined : 'The range does not end now'}
      />
      <IconButton icon={RotateCw} label="Look again (d r)" busy={isAsking} onClick={refresh} />
    </>
  )
}
