import { cx } from '#console/ui/cx.ts'
import type { Alert } from './queries.ts'
import { severityLevel, valueText } from './words.ts'

const fills = { info: 'bg-info', warn: 'bg-warn', error: 'bg-error', critical: 'bg-critical', ok: 'bg-ok', unknown: '' }

/** The value against its threshold: `93.2` of which 85 is allowed, with a tick where that is. */
export function ValueBar({ alert: { value, threshold, severity } }: { alert: Alert }) {
  if (value === null) return <span className="text-faint">–</span>
  if (threshold === null) return <span className="tabular-nums">{valueText(value)}</span>
  const isBelow = value < threshold
  const full = Math.max(Math.abs(value), Math.abs(threshold)) * 1.2 || 1
  const share = (amount: number): number => Math.min(100, (Math.abs(amount) / full) * 100)
  return (
    <span className="flex min-w-32 flex-col justify-center gap-1 py-0.5">
      <span className="text-sm leading-4 whitespace-nowrap tabular-nums">
        <span className="font-medium">{valueText(value)}</span>{' '}
        <span className="text-muted">
          {isBelow ? 'under' : 'over'} {valueText(threshold)}
        </span>
      </span>
      <span aria-hidden="true" className="relative block h-1 w-full max-w-40 rounded-full bg-hover">
        <span
          className={cx('absolute inset-y-0 left-0 rounded-full', fills[severityLevel[severity]])}
          style={{ width: `${share(value)}%` }}
        />
        <span className="absolute -inset-y-0.5 w-0.5 bg-text" style={{ left: `${share(threshold)}%` }} />
      </span>
    </span>
  )
}
