import { setImmediate as pause } from 'node:timers/promises'
import type { SelectQueryBuilder } from 'kysely'
import { sql, type Expression, type SqlBool } from 'kysely'
import type * as z from 'zod'
import type { ChainedRecord } from '#platform/audit/chain.ts'
import type { ReadDb, Tables } from '#platform/database/database.ts'
import type { auditEndpoints } from './contract.ts'

export type AuditFilter = z.output<typeof auditEndpoints.exportCsv.query>
type Page = Pick<z.output<typeof auditEndpoints.list.query>, 'limit' | 'offset' | 'before_seq'>

/** Numbers that one query looks at; a log of millions is searched piece by piece, and others are served in between. */
const pieceLength = 20_000
const exportPieceLength = 1_000

/** Numbers `from` to `to`, both included. */
export interface SeqRange {
  from: number
  to: number
}

/** All numbers there are now. */
export async function seqRange(db: ReadDb): Promise<SeqRange> {
  const { first, last } = await db
    .selectFrom('audit_records')
    .select(({ fn }) => [fn.min('seq').as('first'), fn.max('seq').as('last')])
    .executeTakeFirstOrThrow()
  return { from: Number(first ?? 1), to: Number(last ?? 0) }
}

export async function searchAudit(
  db: ReadDb,
  filter: AuditFilter,
  page: Page,
): Promise<{ records: ChainedRecord[]; total: number; hasMore: boolean }> {
  const all = await seqRange(db)
  const below = { from: all.from, to: Math.min(all.to, (page.before_seq ?? Infinity) - 1) }
  const records = await newestFirst(db, filter, below, page.offset, page.limit + 1)
  return {
    records: records.slice(0, page.limit),
    total: await countMatching(db, filter, all),
    hasMore: records.length > page.limit,
  }
}

async function newestFirst(
  db: ReadDb,
  filter: AuditFilter,
  range: SeqRange,
  offset: number,
  limit: number,
): Promise<ChainedRecord[]> {
  const found: ChainedRecord[] = []
  let toSkip = offset
  for (const piece of pieces(range, pieceLength).toReversed()) {
    if (found.length === limit) break
    const count = toSkip > 0 ? await countPiece(db, filter, piece) : 0
    if (toSkip === 0 || count > toSkip) {
      const query = matching(db, filter, piece).selectAll().orderBy('seq', 'desc')
      found.push(
        ...(await query
          .limit(limit - found.length)
          .offset(toSkip)
          .execute()),
      )
    }
    toSkip = Math.max(0, toSkip - count)
    await pause()
  }
  return found
}

async function countMatching(db: ReadDb, filter: AuditFilter, range: SeqRange): Promise<number> {
  let total = 0
  for (const piece of pieces(range, pieceLength)) {
    total += await countPiece(db, filter, piece)
    await pause()
  }
  return total
}

async function countPiece(db: ReadDb, filter: AuditFilter, piece: SeqRange): Promise<number> {
  const { count } = await matching(db, filter, piece)
    .select(({ fn }) => fn.countAll().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Everything that matches, oldest first, in pieces of at most 1,000. */
export async function* oldestFirst(db: ReadDb, filter: AuditFilter, range: SeqRange): AsyncGenerator<ChainedRecord[]> {
  for (const piece of pieces(range, exportPieceLength)) {
    yield await matching(db, filter, piece).selectAll().orderBy('seq').execute()
    await pause()
  }
}

function pieces({ from, to }: SeqRange, length: number): SeqRange[] {
  const count = Math.max(0, Math.ceil((to - from + 1) / length))
  return Array.from({ length: count }, (_, index) => ({
    from: from + index * length,
    to: Math.min(to, from + (index + 1) * length - 1),
  }))
}

function matching(
  db: ReadDb,
  filter: AuditFilter,
  piece: SeqRange,
): SelectQueryBuilder<Tables, 'audit_records', object> {
  const { actor, action, target_kind, target_id, result, from, to, q, address, request_id } = filter
  let records = db.selectFrom('audit_records').where('seq', '>=', piece.from).where('seq', '<=', piece.to)
  if (actor !== undefined)
    records = records.where((row) => row.or([row('actor_id', '=', actor), row('actor_label', '=', actor)]))
  if (action !== undefined) records = records.where(actionIs(action))
  if (target_kind !== undefined) records = records.where('target_kind', '=', target_kind)
  if (target_id !== undefined) records = records.where('target_id', '=', target_id)
  if (result !== undefined) records = records.where('result', '=', result)
  if (from !== undefined) records = records.where('at', '>=', from)
  if (to !== undefined) records = records.where('at', '<', to)
  if (address !== undefined) records = records.where('address', '=', address)
  if (request_id !== undefined) records = records.where('request_id', '=', request_id)
  if (q) records = records.where((row) => row.or(anywhere(q)))
  return records
}

function actionIs(action: string): Expression<SqlBool> {
  const prefix = action.replace(/\*$/, '')
  return prefix.endsWith('.')
    ? sql<SqlBool>`action like ${`${literally(prefix)}%`} escape '!'`
    : sql<SqlBool>`action = ${action}`
}

/** Without regard to case, but for letters outside ASCII, which the engines fold differently. Values are stored as JSON. */
function anywhere(q: string): Expression<SqlBool>[] {
  const foldsCase = /^[\x20-\x7e]*$/.test(q)
  const holds = (column: string, text: string): Expression<SqlBool> =>
    foldsCase
      ? sql<SqlBool>`lower(${sql.ref(column)}) like ${`%${literally(text.toLowerCase())}%`} escape '!'`
      : sql<SqlBool>`${sql.ref(column)} like ${`%${literally(text)}%`} escape '!'`
  const inJson = JSON.stringify(q).slice(1, -1)
  return [
    ...['actor_label', 'action', 'target_kind', 'target_id'].map((column) => holds(column, q)),
    ...['before_json', 'after_json'].map((column) => holds(column, inJson)),
  ]
}

const literally = (text: string): string => text.replace(/[!%_]/g, '!$&')
