import { AppError, invalid, notFound } from '#kernel/errors.ts'
import { newId } from '#kernel/id.ts'
import { parseTime } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { ReadDb, Tx } from '#platform/database/database.ts'
import { matcherTest } from '../routing/match.ts'
import type { Matcher } from '../routing/matcher.ts'
import type { SilenceInput, SilenceState } from './contract.ts'
import { silenceOf, type StoredSilence } from './store.ts'

const kind = 'silence'

/** `createdBy`: where another program says for whom it asks. */
export async function createSilence(
  ctx: Context,
  input: SilenceInput,
  createdBy = ctx.actor.label,
): Promise<StoredSilence> {
  const silence = newSilence(ctx, input, createdBy)
  return ctx.change('notification.silence.create', { kind, id: silence.id }, async (tx, note) => {
    await insertSilence(tx, silence)
    note.after = { ...silence }
    return silence
  })
}

/** @throws AppError VALIDATION_FAILED for what fits everything, or has ended */
export function newSilence(ctx: Context, input: SilenceInput, createdBy = ctx.actor.label): StoredSilence {
  const now = ctx.now()
  requireNarrow(input.matchers)
  return {
    id: newId(),
    ...spanOf(input, now),
    matchers: input.matchers,
    reason: input.reason,
    created_by: createdBy.slice(0, 255),
    created_at: now,
    updated_at: now,
    updated_by: ctx.actor.label,
  }
}

export async function insertSilence(tx: Tx, silence: StoredSilence): Promise<void> {
  await tx.insertInto('notification_silences').values(rowOf(silence)).execute()
}

export async function updateSilence(ctx: Context, id: string, input: SilenceInput): Promise<StoredSilence> {
  requireNarrow(input.matchers)
  return ctx.change('notification.silence.update', { kind, id }, async (tx, note) => {
    const before = await silenceOrThrow(tx, id)
    const after = await replaceSilence(ctx, tx, before, input)
    note.before = { ...before }
    note.after = { ...after }
    return after
  })
}

/** Throws CONFLICT for one that has ended. */
export async function replaceSilence(
  ctx: Context,
  tx: Tx,
  before: StoredSilence,
  input: SilenceInput,
): Promise<StoredSilence> {
  const { id } = before
  const now = ctx.now()
  if (stateOf(before, now) === 'expired')
    throw new AppError('CONFLICT', 'This silence has ended; create a new one', { silence_id: id })
  const after: StoredSilence = {
    ...before,
    ...spanOf(input, now, before.starts_at),
    matchers: input.matchers,
    reason: input.reason,
    updated_at: now,
    updated_by: ctx.actor.label,
  }
  await tx.updateTable('notification_silences').set(rowOf(after)).where('id', '=', id).execute()
  return after
}

/** One that has ended already stays as it is. */
export async function expireSilence(ctx: Context, id: string): Promise<StoredSilence> {
  const found = await silenceOrThrow(ctx.db, id)
  if (stateOf(found, ctx.now()) === 'expired') return found
  return ctx.change('notification.silence.expire', { kind, id }, async (tx, note) => {
    const before = await silenceOrThrow(tx, id)
    const now = ctx.now()
    const after = {
      ...before,
      starts_at: Math.min(before.starts_at, now),
      ends_at: Math.min(before.ends_at, now),
      updated_at: now,
      updated_by: ctx.actor.label,
    }
    await tx.updateTable('notification_silences').set(rowOf(after)).where('id', '=', id).execute()
    note.before = { ends_at: before.ends_at }
    note.after = { ends_at: after.ends_at }
    return after
  })
}

export async function deleteSilence(ctx: Context, id: string): Promise<void> {
  await ctx.change('notification.silence.delete', { kind, id }, async (tx, note) => {
    note.before = { ...(await silenceOrThrow(tx, id)) }
    await tx.deleteFrom('notification_silences').where('id', '=', id).execute()
  })
}

/** Refuses matchers that hold for everything that lacks their labels. */
function requireNarrow(matchers: readonly Matcher[]): void {
  if (matcherTest(matchers)({}))
    throw invalid('matchers', 'At least one matcher has to want something: it must not match the empty string')
}

export async function silenceOrThrow(db: ReadDb | Tx, id: string): Promise<StoredSilence> {
  const row = await db.selectFrom('notification_silences').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw notFound(kind, id)
  return silenceOf(row)
}

export function stateOf(
  { starts_at, ends_at }: Pick<StoredSilence, 'starts_at' | 'ends_at'>,
  now: number,
): SilenceState {
  if (now >= ends_at) return 'expired'
  return now < starts_at ? 'pending' : 'active'
}

function spanOf(
  { starts_at, ends_at }: Pick<SilenceInput, 'starts_at' | 'ends_at'>,
  now: number,
  startsByDefault = now,
): { starts_at: number; ends_at: number } {
  const start = starts_at === undefined ? startsByDefault : parseTime(starts_at)!
  const end = parseTime(ends_at)!
  if (end <= now) throw invalid('ends_at', 'This is in the past')
  if (end <= start) throw invalid('ends_at', 'A silence has to end after it begins')
  return { starts_at: start, ends_at: end }
}

const rowOf = ({ matchers, ...rest }: StoredSilence) => ({ ...rest, matchers_json: JSON.stringify(matchers) })
