import { Link, useLocation } from '@tanstack/react-router'
import { Circle } from 'lucide-react'
import { useCan } from '../me.ts'
import type { Page } from '../pages.ts'
import { Tooltip } from '../ui/Tooltip.tsx'
import { navFor, searchFor } from './nav.ts'
import { NavBadge } from './NavBadge.tsx'

/** Whole from 1280 px, icons with tooltips from 768 px; below that BottomBar stands in. */
export function Sidebar() {
  const sections = navFor(useCan())
  return (
    <nav
      aria-label="Main"
      className="overflow-x-hidden overflow-y-auto border-r border-border bg-surface p-2 max-xl:px-1.5 max-md:hidden"
    >
      {sections.map(({ heading, pages }) => (
        <div
          key={heading}
          className="max-xl:border-t max-xl:border-border max-xl:py-1.5 max-xl:first:border-t-0 max-xl:first:pt-0"
        >
          {heading && <h2 className="mx-2 mt-3.5 mb-1 text-xs font-semibold text-faint max-xl:sr-only">{heading}</h2>}
          <ul className="flex flex-col gap-px">
            {pages.map((page) => (
              <li key={page.path}>
                <span className="max-xl:hidden">
                  <NavLink page={page} />
                </span>
                <span className="xl:hidden">
                  <Tooltip text={page.title} side="right">
                    <NavLink page={page} iconOnly />
                  </Tooltip>
                </span>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  )
}

function NavLink({
  page: { path, title, icon: Icon = Circle },
  iconOnly = false,
  ...rest
}: {
  page: Page
  iconOnly?: boolean
}) {
  const at = useLocation({ select: ({ pathname }) => pathname })
  return (
    <Link
      {...rest}
      to={path}
      search={(search: Record<string, string>) => searchFor(path, at, search)}
      activeOptions={{ exact: path === '/', includeSearch: false }}
      className="relative flex h-7 items-center gap-2.5 rounded-md px-2 text-muted transition-colors duration-75 hover:bg-hover hover:text-text aria-[current]:bg-selected aria-[current]:font-medium aria-[current]:text-text max-xl:h-8 max-xl:w-9 max-xl:justify-center max-xl:px-0"
    >
      <Icon size={15} strokeWidth={1.75} aria-hidden="true" className="shrink-0" />
      <span className={iconOnly ? 'sr-only' : 'truncate'}>{title}</span>
      <NavBadge path={path} corner={iconOnly} />
    </Link>
  )
}
