import { processesEndpoints } from '#features/processes/contract.ts'
import { addressAt } from './address.ts'
import { createApi, type Api } from './api.ts'
import { credentialFor, remote, withApi, type CommandContext } from './connect.ts'
import { CommandError } from './failure.ts'

/**
 * As `withApi`, for logs and metrics: the process that stores them has them to itself. While a server runs on the data of
 * this machine it is asked, as over the network; without one they are opened here.
 */
export async function withStores<T>(context: CommandContext, work: (api: Api) => Promise<T>): Promise<T> {
  const rest = await withApi(context, async (api) => {
    const url = api.isLocal ? await serverHere(api) : undefined
    if (url !== undefined) return () => askServer(context, url, work)
    const result = await work(api)
    return async () => result
  })
  return rest()
}

async function serverHere(api: Api): Promise<string | undefined> {
  const { servers } = await api.call(processesEndpoints.list, {})
  const server = servers.find(({ state }) => state === 'running')
  return server && addressAt(server.host, server.port)
}

async function askServer<T>(context: CommandContext, url: string, work: (api: Api) => Promise<T>): Promise<T> {
  const api = createApi(await remote(context, url, await credentialFor(context, url)))
  if (!api.authorized)
    throw new CommandError(
      'denied',
      `A server runs on this data, which has the logs and metrics to itself: ${url}`,
      `Log in to it once with \`miktos login --url ${url}\`, or give a key by --token-file or MIKTOS_TOKEN`,
    )
  return work(api)
}
