import { Link } from '@tanstack/react-router'
import { useEffect, useRef, type ReactNode } from 'react'

interface TabLink {
  to: string
  label: ReactNode
  count?: number
  /** What the address keeps of the present page: a range, a filter that all tabs share. */
  search?: Record<string, string>
}

/** Tabs are addresses: each can be linked, reloaded and opened beside the other. */
export function Tabs({ label, tabs }: { label: string; tabs: TabLink[] }) {
  const nav = useRef<HTMLElement>(null)
  // On a phone the tab one is on may stand outside what is seen.
  useEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [])
  return (
    <nav ref={nav} aria-label={label} className="mb-4 flex gap-1 overflow-x-auto border-b border-border">
      {tabs.map(({ to, label, count, search }) => (
        <Link
          key={to}
          to={to}
          {...(search && { search })}
          // The first tab may stand above the others: /activity, /activity/users.
          activeOptions={{ exact: true, includeSearch: false }}
          className="-mb-px flex h-8 shrink-0 items-center gap-1.5 border-b-2 border-transparent px-2 text-muted hover:text-text aria-[current]:border-accent aria-[current]:font-medium aria-[current]:text-text max-md:h-10"
        >
          <>
            {label}
            {count !== undefined && <span className="text-xs text-faint">{count}</span>}
          </>
        </Link>
      ))}
    </nav>
  )
}
