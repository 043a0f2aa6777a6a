import { AppError, invalid } from '#kernel/errors.ts'
import { iso } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { Tx } from '#platform/database/database.ts'
import { isDuplicate } from '#platform/database/failures.ts'
import { valueTest } from '#platform/telemetry/labels.ts'
import type { Route, Routing } from './contract.ts'
import type { Matcher } from './matcher.ts'
import { routingId, storedRouting, type StoredRouting } from './store.ts'

/** Throws CONFLICT with the version that is there now where somebody else saved since. */
export async function replaceRouting(
  ctx: Context,
  { version, routing }: { version: number; routing: Routing },
): Promise<StoredRouting> {
  try {
    return await ctx.change('notification.route', { kind: 'notification routing', id: routingId }, async (tx, note) => {
      const before = await storedRouting(tx)
      if (before.version !== version) throw savedSince(before)
      const after = await saveRouting(ctx, tx, before, routing)
      note.before = { routing: before.routing }
      note.after = { routing }
      return after
    })
  } catch (error) {
    // Two at once were the first.
    if (isDuplicate(error)) throw savedSince(await storedRouting(ctx.db))
    throw error
  }
}

/** Throws CONFLICT where somebody else saved since `before` was read. */
export async function saveRouting(
  ctx: Context,
  tx: Tx,
  { version }: StoredRouting,
  routing: Routing,
): Promise<StoredRouting> {
  requireSound(routing)
  await requireTargets(tx, [...everyRoute(routing.route)])
  const after = { version: version + 1, routing, updated_at: ctx.now(), updated_by: ctx.actor.label }
  await save(tx, version, after)
  return after
}

async function save(
  tx: Tx,
  version: number,
  { routing, ...rest }: StoredRouting & { updated_at: number; updated_by: string },
): Promise<void> {
  const row = { ...rest, routing_json: JSON.stringify(routing) }
  if (version === 0)
    return void (await tx
      .insertInto('notification_routing')
      .values({ id: routingId, ...row })
      .execute())
  const { numUpdatedRows } = await tx
    .updateTable('notification_routing')
    .set(row)
    .where('id', '=', routingId)
    .where('version', '=', version)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw savedSince(await storedRouting(tx))
}

const savedSince = ({ version, updated_at, updated_by }: StoredRouting): AppError =>
  new AppError('CONFLICT', `${updated_by ?? 'Somebody'} saved the routes meanwhile`, {
    version,
    updated_by,
    updated_at: updated_at === null ? null : iso(updated_at),
  })

/** Every route of the tree, the root first, with the dotted path to it. */
export function* everyRoute(route: Route, field = 'routing.route'): Generator<[Route, string]> {
  yield [route, field]
  for (const [index, child] of (route.routes ?? []).entries()) yield* everyRoute(child, `${field}.routes.${index}`)
}

/** Refuses what contradicts itself, and expressions that do not compile. @throws AppError VALIDATION_FAILED */
export function requireSound({ route, inhibit_rules, mute_times }: Routing): void {
  const names = new Set(mute_times.map(({ name }) => name))
  const routes = [...everyRoute(route)]
  if (routes.length > routesMax) throw invalid('routing.route', `Write at most ${routesMax} routes`)
  for (const [{ matchers, channels, policy_id, mute_times: muted = [] }, field] of routes) {
    requireMatchers(matchers)
    if (channels !== undefined && policy_id !== undefined)
      throw invalid(`${field}.policy_id`, 'Choose channels or a policy, not both')
    const unknown = muted.find((name) => !names.has(name))
    if (unknown !== undefined) throw invalid(`${field}.mute_times`, `There are no mute times called ${unknown}`)
  }
  for (const rule of inhibit_rules) requireMatchers([...rule.source_matchers, ...rule.target_matchers])
}

const routesMax = 1_000

/** @throws AppError VALIDATION_FAILED for a bad expression */
export function requireMatchers(matchers: readonly Matcher[]): void {
  for (const matcher of matchers) valueTest(matcher)
}

async function requireTargets(tx: Tx, routes: [Route, string][]): Promise<void> {
  const channels = new Set((await tx.selectFrom('notification_channels').select('id').execute()).map(({ id }) => id))
  const policies = new Set((await tx.selectFrom('notification_policies').select('id').execute()).map(({ id }) => id))
  for (const [route, field] of routes) {
    const named = route.channels === 'all' ? [] : (route.channels ?? [])
    if (named.some((id) => !channels.has(id)))
      throw invalid(`${field}.channels`, 'One of these channels does not exist')
    if (route.policy_id !== undefined && !policies.has(route.policy_id))
      throw invalid(`${field}.policy_id`, 'This policy does not exist')
  }
}
