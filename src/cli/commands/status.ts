import { probeEndpoints, systemEndpoints } from '#features/system/contract.ts'
import { addressOf } from '../address.ts'
import { createApi, type Api } from '../api.ts'
import { configHere, credentialFor, remote, urlOf, type CommandContext } from '../connect.ts'
import { ApiError, exitCodes } from '../failure.ts'
import { bold, green, red, yellow, type Styled } from '../terminal.ts'

/** Asks a server over the network, also the one of this machine: only it knows how it does. */
export async function status(context: CommandContext, flags: string[]): Promise<number> {
  const { terminal } = context
  const named = flags.length > 0 ? undefined : await urlOf(context)
  const url = named ?? addressOf(await configHere(context, flags))
  const api = createApi(await remote(context, url, await credentialFor(context, url)))
  const { status } = await openHealth(api)
  const components = api.authorized ? await componentsOf(api) : undefined
  terminal.result({ url, status, components }, () => {
    terminal.out(bold(url), ' is ', word(status))
    if (components)
      terminal.table(components, [
        { title: 'COMPONENT', of: ({ name }) => name },
        { title: 'STATUS', of: (component) => component.status },
        { title: 'MS', of: ({ latency_ms }) => latency_ms, align: 'right' },
        { title: 'DETAILS', of: ({ details }) => details },
      ])
  })
  return status === 'down' ? exitCodes.failure : exitCodes.ok
}

type Status = 'ok' | 'degraded' | 'down'

const word = (status: Status): Styled => ({ ok: green('ok'), degraded: yellow('degraded'), down: red('down') })[status]

/** 503 is an answer too. */
async function openHealth(api: Api): Promise<{ status: Status }> {
  try {
    return await api.call(probeEndpoints.open, {})
  } catch (error) {
    if (error instanceof ApiError && error.status === 503) return { status: 'down' }
    throw error
  }
}

interface Component {
  name: string
  status: Status
  latency_ms: number | null
  details: string
}

/** Only callers who may see them get more than the one word. */
async function componentsOf(api: Api): Promise<Component[] | undefined> {
  try {
    const { components } = await api.call(systemEndpoints.adminHealth, {})
    return Object.entries(components).map(([name, { status, latency_ms, details }]) => ({
      name,
      status,
      latency_ms,
      details,
    }))
  } catch (error) {
    if (error instanceof ApiError && error.exit === 'denied') return undefined
    throw error
  }
}
