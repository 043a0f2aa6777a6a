import type { Config } from '#platform/config/config.ts'
import { createLogger } from '#platform/logging/logging.ts'
import { createApp, type App } from '#server/app.ts'
import type { Transport } from './api.ts'
import { hasData } from './data.ts'
import { CommandError } from './failure.ts'

/**
 * The product in this process, on the data that the settings name, whether or not a server runs on it
 * too. Whoever may open the data may do everything; what is done stands in the audit log as `local command`.
 */
export async function openLocal(config: Config): Promise<Transport> {
  requireData(config)
  const app = await startApp(config)
  // The allow list is for callers from the network; this is the way in for those it locked out.
  app.server.refusal = () => undefined
  return {
    place: `this machine (${app.platform.database.description})`,
    isLocal: true,
    authorized: true,
    send: async ({ method, path, body }) => {
      const answer = await app.http.inject({
        method,
        url: path,
        headers: {
          authorization: `Bearer ${app.localToken}`,
          'user-agent': `miktos/${app.platform.version}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { payload: body }),
        payloadAsStream: true,
      })
      const requestId = answer.headers['x-request-id']
      return { status: answer.statusCode, requestId: requestId?.toString(), body: answer.stream() }
    },
    open: async () => {
      throw new CommandError(
        'temporary',
        'No server runs here, so nothing new comes',
        'Start one with `miktos serve`, or name a server with --url',
      )
    },
    close: () => app.stop(),
  }
}

/** A database that is not there would otherwise be made, in whatever folder somebody happens to stand. */
function requireData(config: Config): void {
  if (hasData(config)) return
  throw new CommandError(
    'notFound',
    `There is no Miktos in ${config.get('data_dir')}`,
    'Start one with `miktos serve`, name its folder with --data-dir, or a server with --url',
  )
}

async function startApp(config: Config): Promise<App> {
  const logging = createLogger(config, { console: process.stderr })
  logging.setLevel('ERROR')
  return createApp({ config, log: logging.log, background: false })
}
