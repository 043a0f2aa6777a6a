import { useBadge } from '../badges.ts'
import { cx } from '../ui/cx.ts'

const shownMax = 99

/** How much waits on a page; nothing while nothing does. */
export function NavBadge({ path, corner = false }: { path: string; corner?: boolean }) {
  const count = useBadge(path)
  if (count === 0) return null
  return (
    <span
      className={cx(
        'rounded-full bg-danger px-1.5 text-xs leading-4 font-semibold text-on-solid tabular-nums',
        corner ? 'absolute top-0.5 left-1/2 ml-1 !px-1' : 'ml-auto',
      )}
    >
      {count > shownMax ? `${shownMax}+` : count}
      <span className="sr-only"> waiting</span>
    </span>
  )
}
