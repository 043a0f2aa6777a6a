import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

interface StatProps {
  label: string
  value: ReactNode
  /** Behind the number: `/min`, `1 unreachable`. */
  note?: ReactNode
  /** Right of the label, mostly a Status. */
  aside?: ReactNode
  /** Below the number, mostly a Sparkline. */
  children?: ReactNode
  /** Where the number comes from. */
  to?: string
}

/** One number as a tile. */
export const Stat = ({ label, value, note, aside, children, to }: StatProps) => (
  <section
    aria-label={label}
    className="relative min-w-0 rounded-lg border border-border bg-surface p-3 has-[a:hover]:border-strong"
  >
    <div className="mb-2 flex min-h-5 items-center justify-between gap-2">
      <h2 className="truncate text-sm font-medium text-muted">
        {to ? (
          <Link to={to} className="after:absolute after:inset-0 after:rounded-lg">
            {label}
          </Link>
        ) : (
          label
        )}
      </h2>
      {aside}
    </div>
    <p className="flex min-h-7 flex-wrap items-baseline gap-x-1.5 text-2xl font-semibold tabular-nums">
      {value}
      {/* On a phone it has a line of its own, also before it is known. */}
      <span className="text-sm font-normal text-muted max-sm:min-h-4 max-sm:basis-full">{note}</span>
    </p>
    {children}
  </section>
)
