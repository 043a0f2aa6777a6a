import { isDeepStrictEqual } from 'node:util'
import { AppError } from '#kernel/errors.ts'
import { newId } from '#kernel/id.ts'
import { parseTime } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { Tx } from '#platform/database/database.ts'
import { insertPolicy, replacePolicy } from '../policies/policies.ts'
import type { StoredPolicy } from '../policies/store.ts'
import { Routing, type Route } from '../routing/contract.ts'
import { matchersText } from '../routing/match.ts'
import { requireSound, saveRouting } from '../routing/routing.ts'
import type { StoredRouting } from '../routing/store.ts'
import { insertSilence, newSilence, replaceSilence, stateOf } from '../silences/silences.ts'
import type { StoredSilence } from '../silences/store.ts'
import type { Change, Problem } from './contract.ts'
import type { Path, Read, WrittenRoute } from './file.ts'
import { namesOf, writtenPolicy, writtenRouting, writtenSilence, type Names } from './written.ts'

/** What is here before. */
export interface Here {
  /** Ids by name. */
  channels: ReadonlyMap<string, string>
  policies: readonly StoredPolicy[]
  routing: StoredRouting
  silences: readonly StoredSilence[]
}

export interface Planned extends Change {
  store: (tx: Tx) => Promise<unknown>
}

/** What the file would change, and why it cannot. */
export function planOf(ctx: Context, read: Read, here: Here): { plan: Planned[]; problems: Problem[] } {
  const problems = [...read.problems]
  const complain = (path: Path, message: string): void => void problems.push({ where: read.whereOf(path), message })
  const ids = new Map(here.policies.map(({ id, name }) => [name, id]))
  const names = namesOf(here.channels, ids)
  const at: Planning = { ctx, here, ids, names, complain }
  const policies = planPolicies(at, read)
  const routing = planRouting(at, read)
  return { plan: [...policies, ...routing, ...planSilences(at, read)], problems }
}

interface Planning {
  ctx: Context
  here: Here
  /** Of policies by name, those that are to be made too. */
  ids: Map<string, string>
  names: Names
  complain: (path: Path, message: string) => void
}

function planPolicies({ ctx, here, ids, names, complain }: Planning, { policies }: Read): Planned[] {
  const seen = new Set<string>()
  return policies.map(({ policy, path }): Planned => {
    const { name } = policy
    if (seen.has(name)) complain([...path, 'name'], `There are two policies called ${name}`)
    seen.add(name)
    const steps = policy.steps.map((step, index) => ({
      ...step,
      channels: channelIds(step.channels, here, (message) => complain([...path, 'steps', index, 'channels'], message)),
    }))
    const before = here.policies.find((known) => known.name === name)
    const id = before?.id ?? ids.get(name) ?? newId()
    ids.set(name, id)
    const meant = { ...policy, steps }
    return {
      kind: 'policy',
      name,
      ...compared(before ? writtenPolicy(before, names) : null, writtenPolicy(meant, names)),
      store: (tx) => (before ? replacePolicy(ctx, tx, before, meant) : insertPolicy(ctx, tx, id, meant)),
    }
  })
}

function planRouting({ ctx, here, ids, names, complain }: Planning, { routing }: Read): Planned[] {
  if (!routing) return []
  const routeOf = ({ policy, channels, routes = [], ...rest }: WrittenRoute, path: Path): Route => {
    const policyId = policy === undefined ? undefined : ids.get(policy)
    if (policy !== undefined && policyId === undefined)
      complain([...path, 'policy'], `There is no policy called ${policy}, neither here nor in the file`)
    return {
      ...rest,
      ...(channels !== undefined && {
        channels: Array.isArray(channels)
          ? channelIds(channels, here, (message) => complain([...path, 'channels'], message))
          : channels,
      }),
      ...(policyId !== undefined && { policy_id: policyId }),
      routes: routes.map((child, index) => routeOf(child, [...path, 'routes', index])),
    }
  }
  const meant = Routing.parse({ ...routing, route: routeOf(routing.route, ['routing', 'route']) })
  told(complain, ['routing'], () => requireSound(meant))
  const before = here.routing
  return [
    {
      kind: 'routing',
      name: 'Routes',
      ...compared(writtenRouting(before.routing, names), writtenRouting(meant, names)),
      store: (tx) => saveRouting(ctx, tx, before, meant),
    },
  ]
}

/** Those that have no name here are told, and left out. */
function channelIds(names: readonly string[], { channels }: Here, complain: (message: string) => void): string[] {
  const missing = names.filter((name) => !channels.has(name))
  if (missing.length > 0) complain(`There is no channel called ${missing.join(', or ')}: create it first`)
  return names.flatMap((name) => channels.get(name) ?? [])
}

function planSilences({ ctx, here, complain }: Planning, { silences }: Read): Planned[] {
  const now = ctx.now()
  const left = here.silences.filter((silence) => stateOf(silence, now) !== 'expired')
  return silences.map(({ silence, path }): Planned => {
    const startsAt = silence.starts_at === undefined ? undefined : parseTime(silence.starts_at)
    const index = left.findIndex(
      (known) =>
        isDeepStrictEqual(known.matchers, silence.matchers) && (startsAt ?? known.starts_at) === known.starts_at,
    )
    const [before] = index === -1 ? [] : left.splice(index, 1)
    const name = matchersText(silence.matchers)
    const base = { kind: 'silence', name } as const
    if (parseTime(silence.ends_at)! <= now)
      return { ...base, change: 'ended', before: null, after: null, store: async () => undefined }
    const meant = told(complain, path, () => newSilence(ctx, silence))
    const starts_at = startsAt ?? before?.starts_at ?? now
    const after = writtenSilence({ ...silence, starts_at, ends_at: parseTime(silence.ends_at)! })
    return {
      ...base,
      ...compared(before ? writtenSilence(before) : null, after),
      store: async (tx) => {
        if (before) await replaceSilence(ctx, tx, before, silence)
        else if (meant) await insertSilence(tx, meant)
      },
    }
  })
}

/** What is said to be wrong becomes a problem of the file. */
function told<T>(complain: Planning['complain'], path: Path, work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'VALIDATION_FAILED') throw error
    complain(path, error.message)
    return undefined
  }
}

function compared(
  before: Change['before'],
  after: NonNullable<Change['after']>,
): Pick<Change, 'change' | 'before' | 'after'> {
  const change = before === null ? 'create' : isDeepStrictEqual(before, after) ? 'unchanged' : 'update'
  return { change, before, after }
}
