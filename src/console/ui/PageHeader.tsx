import type { ReactNode } from 'react'
import { cx } from './cx.ts'

interface PageHeaderProps {
  title: ReactNode
  /** A sentence below the title. */
  lead?: ReactNode
  /** Right of the title: status, badge. */
  aside?: ReactNode
  /** Buttons; the primary one last. */
  actions?: ReactNode
}

/** The page's only h1. The browser's title is set by the page registry. */
export const PageHeader = ({ title, lead, aside, actions }: PageHeaderProps) => (
  <div className="mb-4 flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
    {/* On a phone a status that changes its words must not push the buttons about. */}
    <div className={cx('min-w-0', aside !== undefined && 'max-md:w-full')}>
      <div className="flex min-h-7 flex-wrap items-center gap-2">
        <h1 tabIndex={-1} className="text-xl font-semibold break-words outline-none">
          {title}
        </h1>
        {aside}
      </div>
      {lead && <p className="max-w-[96ch] text-pretty text-muted">{lead}</p>}
    </div>
    {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
  </div>
)
