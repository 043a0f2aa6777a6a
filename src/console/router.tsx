import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  type AnyRoute,
  type ErrorComponentProps,
  type RouteComponent,
} from '@tanstack/react-router'
import { find, type Place } from './finders.ts'
import { canWith, meQuery } from './me.ts'
import { pages, type Page } from './pages.ts'
import { pb } from './paths.ts'
import { queryClient } from './queryClient.ts'
import { parseSearch, stringifySearch } from './search.ts'
import { shortLinkPlace } from './shortLinks.ts'
import { NoShortLink } from './shell/NoShortLink.tsx'
import { NotFindable } from './shell/NotFindable.tsx'
import { NotFound } from './shell/NotFound.tsx'
import { PageError } from './shell/PageError.tsx'
import { PageGuard } from './shell/PageGuard.tsx'
import { Shell } from './shell/Shell.tsx'

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    title?: string
    page?: Page
  }
}

/** Where the shell itself could not be shown, mostly because the server is away. */
const Failure = (props: ErrorComponentProps) => (
  <main className="p-6">
    <PageError {...props} />
  </main>
)

const root = createRootRoute({ errorComponent: Failure })

const outside = [
  createRoute({
    getParentRoute: () => root,
    path: pb.login(),
    component: lazyRouteComponent(() => import('./auth/LoginPage.tsx')),
    staticData: { title: 'Log in' },
  }),
  createRoute({
    getParentRoute: () => root,
    path: pb.register(),
    component: lazyRouteComponent(() => import('./auth/RegisterPage.tsx')),
    staticData: { title: 'Register' },
  }),
  createRoute({
    getParentRoute: () => root,
    path: pb.setup(),
    component: lazyRouteComponent(() => import('./auth/SetupPage.tsx')),
    staticData: { title: 'Set up' },
  }),
]

/** Everything inside the shell is for somebody who is logged in; who is not leaves for the login page on the way. */
const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: Shell,
  errorComponent: Failure,
  loader: () => queryClient.ensureQueryData(meQuery),
})

/** Addresses of dashboards as Grafana writes them, with or without the title behind the id. */
const grafana = ['/grafana/d/$id', '/grafana/d/$id/$title'].map((path) =>
  createRoute({
    getParentRoute: () => shell,
    path,
    beforeLoad: ({ params }: { params: Record<string, string> }) => {
      throw redirect({ to: pb.dashboard(params['id']!), search: true, replace: true })
    },
  }),
)

/** An address that leads to a page, or shows that there is none. */
const leading = (
  path: string,
  placeOf: (params: Record<string, string>) => Promise<Place | undefined>,
  component: RouteComponent,
) =>
  createRoute({
    getParentRoute: () => shell,
    path,
    beforeLoad: async ({ params }: { params: Record<string, string> }) => {
      await queryClient.ensureQueryData(meQuery)
      const place = await placeOf(params)
      if (place) throw redirect({ ...place, replace: true })
    },
    component,
    staticData: { title: 'Not found' },
  })

const leadings = [
  leading('/go/$kind/$key', ({ kind, key }) => find(kind!, key!), NotFindable),
  leading('/s/$id', ({ id }) => shortLinkPlace(id!), NoShortLink),
]

const everythingElse = createRoute({
  getParentRoute: () => shell,
  path: '$',
  component: NotFound,
  staticData: { title: 'Not found' },
})

export const router = createRouter({
  routeTree: root.addChildren([
    ...outside,
    shell.addChildren([...pages.map(routeOf), ...homeRoute(), ...grafana, ...leadings, everythingElse]),
  ]),
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultPreloadDelay: 50,
  // The query cache knows what is fresh.
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 150,
  scrollRestoration: true,
  scrollToTopSelectors: ['#main'],
  defaultErrorComponent: PageError,
})

function routeOf(page: Page): AnyRoute {
  const common = { getParentRoute: () => shell, component: guarded(page), staticData: { title: page.title, page } }
  const home = page.path === pb.overview() ? { beforeLoad: goWhereAllowed } : {}
  if (!page.panels) return createRoute({ ...common, ...home, path: page.path })
  const layout: AnyRoute = createRoute({ ...common, id: `page:${page.path}` })
  const panels = page.panels.map(({ path, title, load, permission }) =>
    createRoute({
      getParentRoute: () => layout,
      path,
      component: guarded({ title, load, ...(permission && { permission }) }),
      staticData: { title, page },
    }),
  )
  return layout.addChildren([
    createRoute({ ...home, getParentRoute: () => layout, path: page.path, staticData: { title: page.title, page } }),
    ...panels,
  ])
}

/** The page behind its guard. The router fetches its file ahead, so that it is there when it is first shown. */
function guarded(page: Pick<Page, 'title' | 'permission' | 'load'>): RouteComponent {
  const component = lazyRouteComponent(page.load)
  const Guarded = () => <PageGuard page={page} component={component} />
  return Object.assign(Guarded, { preload: () => component.preload?.() })
}

/** Until there is an overview, home is the first page there is. */
function homeRoute(): AnyRoute[] {
  if (pages.some(({ path }) => path === pb.overview())) return []
  return [createRoute({ getParentRoute: () => shell, path: '/', beforeLoad: goWhereAllowed })]
}

/** Home is the overview for those who may see it, and else their first page. */
async function goWhereAllowed(): Promise<void> {
  const me = await queryClient.ensureQueryData(meQuery)
  const can = canWith(me.permissions)
  const allowed = pages.filter(({ permission, path }) => (!permission || can(permission).ok) && !path.includes('$'))
  const first = allowed.find(({ nav }) => nav) ?? allowed[0]
  if (first && first.path !== pb.overview()) throw redirect({ to: first.path, replace: true })
}
