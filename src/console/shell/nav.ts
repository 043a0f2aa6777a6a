import type { Can } from '../me.ts'
import { navGroups, pages, type Page } from '../pages.ts'
import { zoneParam } from '../timeZone.ts'

interface NavSection {
  heading: string
  pages: Page[]
}

/** Pages of the navigation that this user may read, by group; groups without any are left out. */
export const navFor = (can: Can): NavSection[] =>
  navGroups
    .map((heading) => ({ heading, pages: reachable(can).filter(({ nav }) => nav?.group === heading) }))
    .filter(({ pages }) => pages.length > 0)

/** Pages with a fixed address that this user may read. */
export const reachable = (can: Can): Page[] =>
  pages.filter(({ path, permission }) => !path.includes('$') && (!permission || can(permission).ok))

/** The user's own pages, for the menu under their name. */
export const ownPages = (can: Can): Page[] => reachable(can).filter(({ path }) => path.startsWith('/me/'))

/** Which time is looked at. */
const carried = ['from', 'to', zoneParam]

const isObserve = (path: string): boolean =>
  pages.some((page) => page.nav?.group === 'Observe' && (path === page.path || path.startsWith(`${page.path}/`)))

/** What of the address goes along from one page that shows times to another; a page asked for again begins anew. */
export function searchFor(to: string, at: string, search: Readonly<Record<string, string>>): Record<string, string> {
  if (at === to || !isObserve(at) || !isObserve(to)) return {}
  return Object.fromEntries(carried.flatMap((name) => (search[name] === undefined ? [] : [[name, search[name]]])))
}

/** From the top down to the page itself. */
export function trail(page: Page): Page[] {
  const above = page.parent === undefined ? undefined : pages.find(({ path }) => path === page.parent)
  return above ? [...trail(above), page] : [page]
}
