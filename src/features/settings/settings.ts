import { isDeepStrictEqual } from 'node:util'
import { invalid } from '#kernel/errors.ts'
import type { SettingKey, SettingView } from '#platform/config/config.ts'
import type { Context } from '#platform/context.ts'
import { lockInvariant } from '#platform/database/open.ts'
import { addressRanges } from '#platform/http/address.ts'
import { applyStoredSettings } from './apply.ts'
import { storedSettings, storeSetting } from './store.ts'

interface Force {
  /** Also an allow list that locks the caller out. */
  force: boolean
}

/**
 * Stores values and puts them in force here and in all other servers; null puts the default back.
 * Returns the keys that changed. A value that is in force already is passed over, also of a locked
 * setting, so that a configuration that was read can be sent back with one value changed.
 * @throws AppError VALIDATION_FAILED, SETTING_LOCKED
 */
export async function updateSettings(
  ctx: Context,
  given: Record<string, unknown>,
  { force }: Force,
): Promise<SettingKey[]> {
  const { config } = ctx.platform
  await applyStoredSettings(ctx.platform)
  const views = new Map<string, SettingView>(config.describe().map((view) => [view.key, view]))
  const { values } = config.plan(
    Object.fromEntries(Object.entries(given).filter(([key, value]) => !isInForce(views.get(key), value))),
  )
  if (!force) requireOwnAddress(ctx, values.ip_allow_list)
  // Written otherwise it may still be the same: "200" is 200.
  const keys = (Object.keys(values) as SettingKey[]).filter((key) => !isInForce(views.get(key), values[key]))
  if (keys.length === 0) return []

  await ctx.change('settings.update', { kind: 'settings', id: keys.join(', ') }, async (tx, note) => {
    // Whoever changes settings at the same time waits here, so that `before` is what was, and no row is inserted twice.
    await lockInvariant(tx, 'audit')
    const before = await storedSettings(tx)
    const by = { updated_at: ctx.now(), updated_by: ctx.actor.label }
    note.before = Object.fromEntries(
      keys.map((key) => [key, before.has(key) ? JSON.parse(before.get(key)!.value_json) : views.get(key)!.default]),
    )
    note.after = Object.fromEntries(keys.map((key) => [key, values[key] ?? views.get(key)!.default]))
    note.event = { keys }
    for (const key of keys) await storeSetting(tx, key, values[key] ?? null, by)
  })
  await applyStoredSettings(ctx.platform)
  return keys
}

/** Null asks for the default. A stored value that is not used is never in force, so that it can be replaced or forgotten. */
function isInForce(view: SettingView | undefined, value: unknown): boolean {
  if (!view || view.problem !== null) return false
  return isDeepStrictEqual(view.value, value) || (value === null && view.source.kind === 'default')
}

/** Somebody who works on the machine itself is never locked out by it. */
function requireOwnAddress({ actor, origin }: Context, ranges: unknown): void {
  if (!Array.isArray(ranges) || ranges.length === 0 || actor.kind === 'system' || origin.address === null) return
  if (addressRanges(ranges)(origin.address)) return
  throw invalid(
    'ip_allow_list',
    `your address is ${origin.address}, which would be locked out; add it, or force the change`,
  )
}
