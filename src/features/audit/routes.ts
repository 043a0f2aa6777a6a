import { notFound } from '#kernel/errors.ts'
import type { ReadDb } from '#platform/database/database.ts'
import type { ChainedRecord } from '#platform/audit/chain.ts'
import type { Handlers } from '#platform/http/endpoints.ts'
import type { auditEndpoints } from './contract.ts'
import { exportAudit } from './export.ts'
import { searchAudit } from './search.ts'
import type { Verifier } from './verifier.ts'
import { auditView } from './view.ts'

export const auditHandlers = (verifier: Verifier): Handlers<typeof auditEndpoints> => ({
  list: async (ctx, { query }) => {
    const { records, total, hasMore } = await searchAudit(ctx.db, query, query)
    return { logs: records.map(auditView), total, has_more: hasMore }
  },
  get: async (ctx, { params }) => auditView(await getRecord(ctx.db, params.seq)),
  exportCsv: (ctx, { query }) => exportAudit(ctx, 'csv', query),
  exportNdjson: (ctx, { query }) => exportAudit(ctx, 'ndjson', query),
  verify: (ctx, { query }) => verifier.verify(ctx.platform, query),
})

async function getRecord(db: ReadDb, seq: number): Promise<ChainedRecord> {
  const record = await db.selectFrom('audit_records').selectAll().where('seq', '=', seq).executeTakeFirst()
  if (!record) throw notFound('audit record', String(seq))
  return record
}
