import type { Matcher } from '#features/alerts/console/index.ts'
import type { Routing } from './queries.ts'

/** One route; alerts go down to the deepest whose matchers hold. The contract spells out five levels of the same. */
export interface RouteNode extends Omit<Routing['route'], 'routes' | 'matchers'> {
  matchers: Matcher[]
  routes?: RouteNode[]
}

/** The way to a route: which of the routes below, from the root down. */
export type RoutePath = readonly number[]

/** The root counts too. */
export const levelsMax = 5

export const emptyRoute = (): RouteNode => ({ matchers: [], continue: false, routes: [] })

export function routeAt(root: RouteNode, path: RoutePath): RouteNode | undefined {
  return path.reduce<RouteNode | undefined>((node, index) => node?.routes?.[index], root)
}

/** The tree with one route changed; those below it stay. */
export function withRoute(
  root: RouteNode,
  [first, ...rest]: RoutePath,
  change: (route: RouteNode) => RouteNode,
): RouteNode {
  if (first === undefined) return change(root)
  return {
    ...root,
    routes: (root.routes ?? []).map((route, at) => (at === first ? withRoute(route, rest, change) : route)),
  }
}

/** A further route below the one at `path`, the last of them. */
export const withChild = (root: RouteNode, path: RoutePath, child: RouteNode): RouteNode =>
  withRoute(root, path, (route) => ({ ...route, routes: [...(route.routes ?? []), child] }))

export const withoutRoute = (root: RouteNode, path: RoutePath): RouteNode =>
  withRoute(root, path.slice(0, -1), (route) => ({
    ...route,
    routes: (route.routes ?? []).filter((_child, at) => at !== path.at(-1)),
  }))

/** Routes are tried in their order. Beyond the ends nothing moves. */
export function withMoved(root: RouteNode, path: RoutePath, by: -1 | 1): RouteNode {
  const from = path.at(-1)!
  return withRoute(root, path.slice(0, -1), (route) => {
    const routes = [...(route.routes ?? [])]
    const to = from + by
    if (to < 0 || to >= routes.length) return route
    routes.splice(to, 0, ...routes.splice(from, 1))
    return { ...route, routes }
  })
}

export type Target = 'inherit' | 'all' | 'channels' | 'policy' | 'nobody'

export function targetOf({ channels, policy_id }: Pick<RouteNode, 'channels' | 'policy_id'>): Target {
  if (policy_id !== undefined) return 'policy'
  if (channels === undefined) return 'inherit'
  if (channels === 'all') return 'all'
  return channels.length === 0 ? 'nobody' : 'channels'
}
