import { cx } from '#console/ui/cx.ts'
import { ownLabels } from './words.ts'

interface LabelListProps {
  labels: Record<string, string>
  /** So many at most; the others are counted. */
  max?: number
  className?: string
}

/** Labels besides name and severity, `instance=web-1`. */
export function LabelList({ labels, max = 20, className }: LabelListProps) {
  const own = ownLabels(labels)
  if (own.length === 0) return null
  return (
    <span className={cx('flex min-w-0 flex-wrap gap-1', className)}>
      {own.slice(0, max).map(([name, value]) => (
        <span
          key={name}
          className="max-w-full truncate rounded-sm bg-hover px-1 font-mono text-xs font-normal text-muted"
          title={`${name}=${value}`}
        >
          {name}={value}
        </span>
      ))}
      {own.length > max && <span className="text-xs text-faint">+{own.length - max}</span>}
    </span>
  )
}
