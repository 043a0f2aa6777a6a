import { AppError, invalid, notFound } from '#kernel/errors.ts'
import { newId } from '#kernel/id.ts'
import type { Context } from '#platform/context.ts'
import type { ReadDb, Tx } from '#platform/database/database.ts'
import { isDuplicate } from '#platform/database/failures.ts'
import { everyRoute } from '../routing/routing.ts'
import { storedRouting } from '../routing/store.ts'
import type { PolicyInput } from './contract.ts'
import { storedPolicy, type StoredPolicy } from './store.ts'

export async function createPolicy(ctx: Context, policy: PolicyInput): Promise<StoredPolicy> {
  const id = newId()
  return named(policy, () =>
    ctx.change('notification.policy.create', { kind: 'policy', id }, async (tx, note) => {
      const stored = await insertPolicy(ctx, tx, id, policy)
      note.after = { ...policy }
      return stored
    }),
  )
}

export async function insertPolicy(ctx: Context, tx: Tx, id: string, policy: PolicyInput): Promise<StoredPolicy> {
  const stored = { ...policy, id, version: 1, updated_at: ctx.now(), updated_by: ctx.actor.label }
  await requireChannels(tx, policy)
  await tx.insertInto('notification_policies').values(rowOf(stored)).execute()
  return stored
}

/** Throws CONFLICT where somebody else saved since. */
export async function updatePolicy(
  ctx: Context,
  id: string,
  { version, policy }: { version: number; policy: PolicyInput },
): Promise<StoredPolicy> {
  return named(policy, () =>
    ctx.change('notification.policy.update', { kind: 'policy', id }, async (tx, note) => {
      const before = await policyOrThrow(tx, id)
      if (before.version !== version) throw savedSince(before)
      const stored = await replacePolicy(ctx, tx, before, policy)
      note.before = { ...before }
      note.after = { ...policy }
      return stored
    }),
  )
}

/** Throws CONFLICT where somebody else saved since `before` was read. */
export async function replacePolicy(
  ctx: Context,
  tx: Tx,
  { id, version }: StoredPolicy,
  policy: PolicyInput,
): Promise<StoredPolicy> {
  const stored = { ...policy, id, version: version + 1, updated_at: ctx.now(), updated_by: ctx.actor.label }
  await requireChannels(tx, policy)
  const { numUpdatedRows } = await tx
    .updateTable('notification_policies')
    .set(rowOf(stored))
    .where('id', '=', id)
    .where('version', '=', version)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw savedSince(await policyOrThrow(tx, id))
  return stored
}

export async function deletePolicy(ctx: Context, id: string): Promise<void> {
  await ctx.change('notification.policy.delete', { kind: 'policy', id }, async (tx, note) => {
    const before = await policyOrThrow(tx, id)
    if ((await policiesInUse(tx)).has(id))
      throw new AppError('CONFLICT', 'A route leads to this policy', { policy_id: id })
    await tx.deleteFrom('notification_policies').where('id', '=', id).execute()
    note.before = { ...before }
  })
}

export async function policyOrThrow(db: ReadDb | Tx, id: string): Promise<StoredPolicy> {
  const policy = await storedPolicy(db, id)
  if (!policy) throw notFound('policy', id)
  return policy
}

/** Those that routes lead to. */
export async function policiesInUse(db: ReadDb | Tx): Promise<Set<string>> {
  const { routing } = await storedRouting(db)
  return new Set([...everyRoute(routing.route)].flatMap(([{ policy_id }]) => policy_id ?? []))
}

async function named<T>({ name }: PolicyInput, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isDuplicate(error))
      throw new AppError('CONFLICT', `There is a policy called ${name} already`, { field: 'name' })
    throw error
  }
}

async function requireChannels(tx: Tx, { steps }: PolicyInput): Promise<void> {
  const known = new Set((await tx.selectFrom('notification_channels').select('id').execute()).map(({ id }) => id))
  const index = steps.findIndex(({ channels }) => channels.some((id) => !known.has(id)))
  if (index !== -1) throw invalid(`steps.${index}.channels`, 'One of these channels does not exist')
}

const rowOf = ({ id, name, version, updated_at, updated_by, ...rest }: StoredPolicy) => ({
  id,
  name,
  version,
  updated_at,
  updated_by,
  policy_json: JSON.stringify(rest),
})

const savedSince = ({ version, updated_by }: StoredPolicy): AppError =>
  new AppError('CONFLICT', `${updated_by} saved this policy meanwhile`, { version, updated_by })
