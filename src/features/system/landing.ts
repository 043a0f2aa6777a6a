import type { RequestContext } from '#platform/http/request.ts'

const paths = {
  stats: '/admin/stats',
  users: '/admin/users',
  system_health: '/admin/system/health',
  server_processes: '/admin/server/processes',
}

/** Whoever opens the path in a browser wants the console, which asks them to log in. */
export function landing(ctx: RequestContext) {
  if (ctx.incoming.headers.accept?.includes('text/html')) {
    ctx.outgoing.status(302)
    ctx.outgoing.header('location', '/')
  } else {
    ctx.require('dashboard:read')
  }
  const prefix = ctx.platform.config.get('api_prefix')
  return { console: '/', links: Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, prefix + path])) }
}
