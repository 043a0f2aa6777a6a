import { Link, useLocation } from '@tanstack/react-router'
import { Circle, Menu as MenuIcon } from 'lucide-react'
import { useState } from 'react'
import { useCan } from '../me.ts'
import type { Page } from '../pages.ts'
import { Sheet } from '../ui/Sheet.tsx'
import { navFor, searchFor } from './nav.ts'
import { NavBadge } from './NavBadge.tsx'

const placesMax = 4

/** The navigation of a phone: the pages one needs on the way, and a sheet with all of them. */
export function BottomBar() {
  const sections = navFor(useCan())
  const path = useLocation({ select: ({ pathname }) => pathname })
  const [openAt, setOpenAt] = useState<string>()
  const places = sections.flatMap(({ pages }) => pages).filter(({ nav }) => nav?.bottom)
  return (
    <nav
      aria-label="Main"
      className="flex border-t border-border bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {places.slice(0, placesMax).map((page) => (
        <Place key={page.path} page={page} at={path} />
      ))}
      <button type="button" aria-expanded={openAt === path} onClick={() => setOpenAt(path)} className={place}>
        <MenuIcon size={18} strokeWidth={1.75} aria-hidden="true" />
        Menu
      </button>
      {/* Following a link changes the path and so closes the sheet. */}
      <Sheet open={openAt === path} onClose={() => setOpenAt(undefined)} title="Menu" side="bottom">
        {sections.map(({ heading, pages }) => (
          <div key={heading} className="mb-2">
            {heading && <h3 className="px-2 py-1 text-sm font-semibold text-faint">{heading}</h3>}
            {pages.map(({ path: to, title, icon: Icon = Circle }) => (
              <Link
                key={to}
                to={to}
                search={(search: Record<string, string>) => searchFor(to, path, search)}
                onClick={() => setOpenAt(undefined)}
                activeOptions={{ exact: to === '/', includeSearch: false }}
                className="flex h-11 items-center gap-3 rounded-md px-2 text-lg text-muted aria-[current]:bg-selected aria-[current]:font-medium aria-[current]:text-text"
              >
                <Icon size={18} strokeWidth={1.75} aria-hidden="true" />
                {title}
                <NavBadge path={to} />
              </Link>
            ))}
          </div>
        ))}
      </Sheet>
    </nav>
  )
}

const Place = ({ page: { path, title, icon: Icon = Circle }, at }: { page: Page; at: string }) => (
  <Link
    to={path}
    search={(search: Record<string, string>) => searchFor(path, at, search)}
    activeOptions={{ exact: path === '/', includeSearch: false }}
    className={place}
  >
    <Icon size={18} strokeWidth={1.75} aria-hidden="true" />
    <span className="max-w-full truncate">{title}</span>
    <NavBadge path={path} corner />
  </Link>
)

const place =
  'relative flex h-13 min-w-0 flex-1 flex-col items-center justify-center gap-0.5 text-xs font-medium text-muted aria-[current]:text-link'
