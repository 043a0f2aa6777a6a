import { AppError } from '#kernel/errors.ts'
import type { Context } from '#platform/context.ts'
import { isDuplicate } from '#platform/database/failures.ts'
import type { Handlers } from '#platform/http/endpoints.ts'
import { storedPolicies } from '../policies/store.ts'
import { storedRouting } from '../routing/store.ts'
import { stateOf } from '../silences/silences.ts'
import { allSilences } from '../silences/store.ts'
import type { Change, Problem, transferEndpoints } from './contract.ts'
import { fileOf, textOf } from './file.ts'
import { planOf, type Here, type Planned } from './plan.ts'
import { namesOf, writtenPolicy, writtenRouting, writtenSilence } from './written.ts'

export const transferHandlers: Handlers<typeof transferEndpoints> = {
  exportNotifications: (ctx) => exportNotifications(ctx),
  importNotifications: (ctx, { body }) => importNotifications(ctx, body),
}

async function exportNotifications(ctx: Context): Promise<string> {
  const { channels, policies, routing, silences } = await here(ctx)
  const names = namesOf(channels, new Map(policies.map(({ name, id }) => [name, id])))
  return textOf({
    policies: policies.map((policy) => writtenPolicy(policy, names)),
    routing: writtenRouting(routing.routing, names),
    silences: silences.filter((silence) => stateOf(silence, ctx.now()) !== 'expired').map(writtenSilence),
  })
}

/** Stores what a YAML file says, all or, where there are problems or on a dry run, nothing. */
async function importNotifications(
  ctx: Context,
  { yaml, dry_run }: { yaml: string; dry_run: boolean },
): Promise<{ dry_run: boolean; changes: Change[]; problems: Problem[] }> {
  const { plan, problems } = planOf(ctx, fileOf(yaml), await here(ctx))
  const changed = plan.filter(({ change }) => change === 'create' || change === 'update')
  if (!dry_run && problems.length === 0 && changed.length > 0) await store(ctx, changed)
  return { dry_run, changes: plan.map(({ store: _store, ...change }) => change), problems }
}

async function here({ db }: Context): Promise<Here> {
  const [channels, policies, routing, silences] = await Promise.all([
    db.selectFrom('notification_channels').select(['id', 'name']).execute(),
    storedPolicies(db),
    storedRouting(db),
    allSilences(db),
  ])
  return { channels: new Map(channels.map(({ id, name }) => [name, id])), policies, routing, silences }
}

async function store(ctx: Context, planned: readonly Planned[]): Promise<void> {
  try {
    await ctx.change('notification.import', { kind: 'notifications', id: 'import' }, async (tx, note) => {
      for (const one of planned) await one.store(tx)
      note.before = { changes: planned.map(({ kind, name, before }) => ({ kind, name, value: before })) }
      note.after = { changes: planned.map(({ kind, name, after }) => ({ kind, name, value: after })) }
    })
  } catch (error) {
    if (isDuplicate(error)) throw new AppError('CONFLICT', 'Somebody else saved the same meanwhile; try again')
    throw error
  }
}
