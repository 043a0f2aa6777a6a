import { CircleSlash, Inbox, SearchX, Unplug, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'

/** Why there is nothing: it does not exist yet, the filters hide it, its source is away, or it is not for this reader. */
export type EmptyKind = 'none' | 'filtered' | 'disconnected' | 'denied'

interface EmptyStateProps {
  kind: EmptyKind
  title: string
  /** What it means and what to do; for `disconnected` the cause. */
  children?: ReactNode
  action?: ReactNode
}

const icons: Record<EmptyKind, LucideIcon> = {
  none: Inbox,
  filtered: SearchX,
  disconnected: Unplug,
  denied: CircleSlash,
}

export function EmptyState({ kind, title, children, action }: EmptyStateProps) {
  const Icon = icons[kind]
  return (
    <div className="flex flex-col items-center gap-2 px-4 py-10 text-center">
      <Icon size={24} strokeWidth={1.5} aria-hidden="true" className="text-faint" />
      <p className="font-medium">{title}</p>
      {children && <div className="w-full max-w-prose text-balance text-muted">{children}</div>}
      {action && <div className="mt-2 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  )
}
