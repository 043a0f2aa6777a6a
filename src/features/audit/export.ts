import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify/sync'
import { iso } from '#kernel/time.ts'
import type { ChainedRecord } from '#platform/audit/chain.ts'
import type { RequestContext } from '#platform/http/request.ts'
import { oldestFirst, seqRange, type AuditFilter } from './search.ts'
import { auditView } from './view.ts'

export type ExportFormat = 'csv' | 'ndjson'

/**
 * Sends what matches piece by piece, so that a log of any length takes no memory. That somebody
 * took it away is recorded before the first byte leaves.
 */
export async function exportAudit(ctx: RequestContext, format: ExportFormat, filter: AuditFilter): Promise<Readable> {
  const range = await seqRange(ctx.db)
  await ctx.audit('audit.export', { kind: 'audit', id: format }, 'ok', {
    after: { ...readable(filter), up_to_seq: range.to },
  })
  const name = `miktos-audit-${iso(ctx.now()).slice(0, 19).replaceAll(':', '')}.${format}`
  ctx.outgoing.header('content-disposition', `attachment; filename="${name}"`)
  return Readable.from(text(oldestFirst(ctx.db, filter, range), format))
}

const readable = ({ from, to, ...rest }: AuditFilter): Record<string, unknown> => ({
  ...rest,
  ...(from !== undefined && { from: iso(from) }),
  ...(to !== undefined && { to: iso(to) }),
})

async function* text(pieces: AsyncIterable<ChainedRecord[]>, format: ExportFormat): AsyncGenerator<string> {
  if (format === 'csv') yield stringify([csvColumns])
  for await (const records of pieces) yield format === 'csv' ? csv(records) : records.map(ndjsonLine).join('')
}

const csvColumns = [
  'seq',
  'timestamp',
  'actor_kind',
  'actor_id',
  'actor_label',
  'action',
  'target_kind',
  'target_id',
  'result',
  'address',
  'request_id',
  'before',
  'after',
  'previous_hash',
  'hash',
]

const csv = (records: ChainedRecord[]): string =>
  stringify(
    records.map(({ at, before_json, after_json, ...record }) => ({
      ...record,
      timestamp: iso(at),
      before: before_json,
      after: after_json,
    })),
    { columns: csvColumns, escape_formulas: true },
  )

const ndjsonLine = (record: ChainedRecord): string =>
  `${JSON.stringify({ ...auditView(record), previous_hash: record.previous_hash })}\n`
