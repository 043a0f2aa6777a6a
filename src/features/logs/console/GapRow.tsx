import { useState } from 'react'
import { formatNumber } from '#console/format.ts'
import { Button } from '#console/ui/Button.tsx'
import { toastError } from '#console/ui/Toaster.tsx'
import type { Gap } from './lines.ts'

const reasons: Record<Gap['why'], string> = {
  paused: 'skipped while paused',
  slow: 'dropped: they came faster than they could be sent',
  away: 'came while this page was away',
}

/** Stands where lines are missing. */
export function GapRow({ gap, onLoad }: { gap: Gap; onLoad: (gap: Gap) => Promise<void> }) {
  const [isBusy, setBusy] = useState(false)
  const load = (): void => {
    setBusy(true)
    onLoad(gap)
      .catch(toastError)
      .finally(() => setBusy(false))
  }
  const count = gap.missing === undefined ? 'Lines were' : `${formatNumber(gap.missing)} lines`
  return (
    <div className="flex h-5 items-center gap-2 border-y border-dashed border-strong bg-raised px-3 font-sans text-sm whitespace-nowrap">
      {count} {reasons[gap.why]}
      <Button size="sm" busy={isBusy} onClick={load} className="!h-[18px] !min-h-0">
        Load
      </Button>
    </div>
  )
}
