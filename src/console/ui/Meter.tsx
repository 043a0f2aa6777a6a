import { cx } from './cx.ts'
import { formatPercent } from '../format.ts'

interface MeterProps {
  label: string
  /** 0 to 100. */
  percent: number
  /** From these on the bar has the colour of a warning, of an error. */
  warnFrom?: number
  errorFrom?: number
  /** Beside the bar instead of the percentage. */
  text?: string
}

export function Meter({ label, percent, warnFrom = 85, errorFrom = 95, text = formatPercent(percent) }: MeterProps) {
  const colour = percent >= errorFrom ? 'bg-error' : percent >= warnFrom ? 'bg-warn' : 'bg-accent'
  return (
    <div className="flex min-h-5 min-w-24 items-center gap-2">
      <div
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(percent)}
        aria-valuetext={text}
        className="h-1.5 min-w-12 flex-1 overflow-hidden rounded-full bg-hover"
      >
        <div
          className={cx('h-full rounded-full', colour)}
          style={{ width: `${Math.min(100, Math.max(0, percent))}%` }}
        />
      </div>
      <span className="text-sm whitespace-nowrap text-muted tabular-nums">{text}</span>
    </div>
  )
}
