import type { Tx } from '#platform/database/database.ts'
import { storedPolicies } from './policies/store.ts'
import { everyRoute } from './routing/routing.ts'
import { storedRouting } from './routing/store.ts'

/** Who sends by a channel, in words: names of policies, and the routes if one names it. */
export async function usersOfChannel(tx: Tx, channelId: string): Promise<string[]> {
  const policies = (await storedPolicies(tx)).filter(({ steps }) =>
    steps.some(({ channels }) => channels.includes(channelId)),
  )
  const { routing } = await storedRouting(tx)
  const isRouted = [...everyRoute(routing.route)].some(
    ([{ channels }]) => Array.isArray(channels) && channels.includes(channelId),
  )
  return [...policies.map(({ name }) => `the policy ${name}`), ...(isRouted ? ['the routes'] : [])]
}
