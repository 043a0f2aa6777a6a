import { isDeepStrictEqual } from 'node:util'
import { isoOrNull } from '#kernel/time.ts'
import type { PolicyInput } from '../policies/contract.ts'
import type { Route, Routing } from '../routing/contract.ts'
import type { StoredSilence } from '../silences/store.ts'

type Fields = Record<string, unknown>

/** Of ids. What has no name any more keeps its id. */
export interface Names {
  channel: (id: string) => string
  policy: (id: string) => string
}

/** Of ids by name, also of those that are added later. */
export const namesOf = (channels: ReadonlyMap<string, string>, policies: ReadonlyMap<string, string>): Names => ({
  channel: nameIn(channels),
  policy: nameIn(policies),
})

const nameIn =
  (ids: ReadonlyMap<string, string>) =>
  (wanted: string): string =>
    [...ids].find(([, id]) => id === wanted)?.[0] ?? wanted

const policyDefaults = { description: '', repeat_seconds: null, quiet_hours: [] }
const routeDefaults = { matchers: [], continue: false, routes: [] }
const routingDefaults = { inhibit_rules: [], mute_times: [] }

export const writtenPolicy = (
  { name, description, steps, repeat_seconds, quiet_hours }: PolicyInput,
  names: Pick<Names, 'channel'>,
): Fields =>
  without(policyDefaults, {
    name,
    description,
    steps: steps.map((step) => ({ ...step, channels: step.channels.map(names.channel) })),
    repeat_seconds,
    quiet_hours,
  })

export const writtenRouting = ({ route, inhibit_rules, mute_times }: Routing, names: Names): Fields =>
  without(routingDefaults, { route: writtenRoute(route, names), inhibit_rules, mute_times })

const writtenRoute = ({ matchers, channels, policy_id, routes = [], ...rest }: Route, names: Names): Fields =>
  without(routeDefaults, {
    matchers,
    channels: Array.isArray(channels) ? channels.map(names.channel) : channels,
    policy: policy_id === undefined ? undefined : names.policy(policy_id),
    ...rest,
    routes: routes.map((child) => writtenRoute(child, names)),
  })

export const writtenSilence = ({
  matchers,
  starts_at,
  ends_at,
  reason,
}: Pick<StoredSilence, 'matchers' | 'starts_at' | 'ends_at' | 'reason'>): Fields => ({
  matchers,
  starts_at: isoOrNull(starts_at),
  ends_at: isoOrNull(ends_at),
  reason,
})

const without = (defaults: Fields, fields: Fields): Fields =>
  Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => value !== undefined && !isDeepStrictEqual(value, defaults[name])),
  )
