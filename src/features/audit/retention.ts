import { AppError } from '#kernel/errors.ts'
import { dayMs, iso } from '#kernel/time.ts'
import { auditHead, writeHead } from '#platform/audit/append.ts'
import type { Context } from '#platform/context.ts'
import { lockInvariant } from '#platform/database/open.ts'

const sliceLength = 5_000

/** What is kept: records since `from` (ms), and of those the newest, from number `fromSeq` on. */
interface Keep {
  from: number
  fromSeq: number
}

/** How many of these records, oldest first, may go: the log only ever loses its beginning. */
export function removableCount(oldest: readonly { seq: number; at: number }[], { from, fromSeq }: Keep): number {
  const firstKept = oldest.findIndex(({ seq, at }) => at >= from && seq >= fromSeq)
  return firstKept === -1 ? oldest.length : firstKept
}

/**
 * Moves the beginning of the log forward to what the settings keep; returns how many records went.
 * It waits until a day's worth is due: each removal is itself a record that has to be removed one day.
 */
export async function removeOldRecords(ctx: Context): Promise<number> {
  const keep = await keepOf(ctx)
  if (!(await isDue(ctx, { ...keep, from: keep.from - dayMs }))) return 0
  let removed = 0
  while (await isDue(ctx, keep)) removed += await removeSlice(ctx, keep)
  return removed
}

async function keepOf({ db, platform: { config, now } }: Context): Promise<Keep> {
  const { first_seq, last_seq } = await auditHead(db)
  const countMax = config.get('audit_records_max')
  const tooMany = last_seq - first_seq + 1 > countMax
  return {
    from: now() - config.get('audit_retention_days') * dayMs,
    // A little below the limit, so that a full log is not at it again with the next record.
    fromSeq: tooMany ? last_seq - Math.floor(countMax * 0.99) + 1 : first_seq,
  }
}

async function isDue({ db }: Context, keep: Keep): Promise<boolean> {
  const oldest = await db.selectFrom('audit_records').select(['seq', 'at']).orderBy('seq').limit(1).execute()
  return removableCount(oldest, keep) > 0
}

/** Records, head and the record that tells of it in one transaction: the chain verifies at every moment. */
function removeSlice(ctx: Context, keep: Keep): Promise<number> {
  return ctx.change('audit.retention', { kind: 'audit', id: 'records' }, async (tx, note) => {
    await lockInvariant(tx, 'audit')
    const head = await auditHead(tx)
    const oldest = await tx
      .selectFrom('audit_records')
      .select(['seq', 'at', 'hash'])
      .orderBy('seq')
      .limit(sliceLength)
      .execute()
    const count = removableCount(oldest, keep)
    const last = oldest[count - 1]
    if (!last) throw new AppError('CONFLICT', 'Another server removed the old records just now')
    await tx.deleteFrom('audit_records').where('seq', '<=', last.seq).execute()
    await writeHead(tx, ctx.platform.secrets.key('audit'), {
      ...head,
      first_seq: last.seq + 1,
      first_previous_hash: last.hash,
    })
    note.before = { first_seq: head.first_seq }
    note.after = { first_seq: last.seq + 1, removed_until: iso(last.at) }
    return count
  })
}
