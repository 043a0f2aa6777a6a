import { useId, type ReactNode } from 'react'
import { cx } from './cx.ts'

interface CardProps {
  title?: ReactNode
  /** Right of the title: a legend, a link, a small button. */
  aside?: ReactNode
  children: ReactNode
  /** `flush` lets a table or list reach the border. */
  padding?: 'normal' | 'flush'
  className?: string
}

export function Card({ title, aside, children, padding = 'normal', className }: CardProps) {
  const id = useId()
  return (
    <section
      aria-labelledby={title ? id : undefined}
      className={cx(
        'min-w-0 rounded-lg border border-border bg-surface',
        padding === 'normal' ? 'p-3' : 'overflow-clip',
        className,
      )}
    >
      {(title || aside) && (
        <div
          className={cx(
            'flex min-h-5 flex-wrap items-center justify-between gap-x-3 gap-y-1',
            padding === 'normal' ? 'mb-2' : 'px-3 pt-3 pb-2',
          )}
        >
          <h2 id={id} className="text-sm font-medium text-muted">
            {title}
          </h2>
          {aside}
        </div>
      )}
      {children}
    </section>
  )
}
