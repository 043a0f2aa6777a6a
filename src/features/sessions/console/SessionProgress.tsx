import { formatPercent } from '#console/format.ts'
import { Meter } from '#console/ui/Meter.tsx'

/** How much is done; a full bar is no warning. */
export const SessionProgress = ({ progress }: { progress: number | null }) =>
  progress === null ? (
    <span className="text-faint">–</span>
  ) : (
    <Meter
      label="Progress"
      percent={progress * 100}
      warnFrom={Infinity}
      errorFrom={Infinity}
      text={formatPercent(Math.floor(progress * 100))}
    />
  )
