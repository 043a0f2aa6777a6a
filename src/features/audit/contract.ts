import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'
import { booleanQuery, pageQuery, time, timeQuery } from '#kernel/page.ts'

const Values = z.record(z.string(), z.unknown()).nullable()

export const AuditEntry = z.object({
  seq: z.number().int(),
  timestamp: time,
  actor: z.object({
    kind: z.string().describe('user, api-key, system or anonymous'),
    id: z.string(),
    label: z.string(),
  }),
  action: z.string(),
  target: z.object({ kind: z.string(), id: z.string() }),
  result: z.enum(['ok', 'denied', 'failed']),
  address: z.string().nullable(),
  request_id: z.string().nullable(),
  /** The fields whose value differs. */
  changes: z.array(z.object({ field: z.string(), before: z.unknown(), after: z.unknown() })),
  before: Values,
  after: Values,
  hash: z.string(),
})

/** Which records; without any of these, all. */
const filter = {
  actor: z.string().max(255).optional().describe('Id or name of who did it'),
  action: z.string().max(128).optional().describe('`user.update`, or `user.` for all that begin with it'),
  target_kind: z.string().max(128).optional(),
  target_id: z.string().max(255).optional(),
  result: z.enum(['ok', 'denied', 'failed']).optional(),
  from: timeQuery.optional(),
  to: timeQuery.optional().describe('Exclusive'),
  q: z.string().max(200).optional().describe('Text that stands in the actor, action, target or values'),
  address: z.string().max(64).optional(),
  request_id: z.string().max(128).optional(),
}

const Verification = z.object({
  ok: z.boolean(),
  records: z.number().int().describe('Records found right'),
  first_seq: z.number().int(),
  last_seq: z.number().int(),
  checkpoints: z.number().int().describe('Checkpoints outside the database that were compared'),
  broken: z
    .object({ seq: z.number().int(), reason: z.string() })
    .nullable()
    .describe('The first place where the log is not what was written'),
  verified_at: time,
  duration_ms: z.number().int(),
})

const exported = {
  method: 'GET',
  access: 'audit:read',
  rate: 'logs',
  query: z.object(filter),
  reply: z.string(),
} as const

export const auditEndpoints = {
  list: {
    method: 'GET',
    path: '/admin/logs',
    aliases: ['/audit'],
    summary: 'Read the audit log, newest first',
    description: 'Go on with `offset`, or with `before_seq`, which stays right while new records arrive.',
    access: 'audit:read',
    query: z.object({
      ...pageQuery(100, 1000),
      ...filter,
      before_seq: z.coerce
        .number()
        .int()
        .min(1)
        .max(Number.MAX_SAFE_INTEGER)
        .optional()
        .describe('Only records older than this one'),
    }),
    reply: z.object({
      logs: z.array(AuditEntry),
      total: z.number().int().describe('Records that match, whatever the page'),
      has_more: z.boolean(),
    }),
  },
  get: {
    method: 'GET',
    path: '/admin/logs/{seq}',
    aliases: ['/audit/{seq}'],
    summary: 'Read one record of the audit log',
    access: 'audit:read',
    params: z.object({ seq: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) }),
    reply: AuditEntry,
    errors: ['RESOURCE_NOT_FOUND'],
  },
  exportCsv: {
    ...exported,
    path: '/admin/logs/export.csv',
    aliases: ['/audit/export.csv'],
    summary: 'Download the audit log as CSV, oldest first',
    description: 'Text that a spreadsheet would take for a formula begins with an apostrophe.',
    produces: 'text/csv; charset=utf-8',
  },
  exportNdjson: {
    ...exported,
    path: '/admin/logs/export.ndjson',
    aliases: ['/audit/export.ndjson'],
    summary: 'Download the audit log as one JSON object a line, oldest first',
    produces: 'application/x-ndjson',
  },
  verify: {
    method: 'GET',
    path: '/admin/logs/verify',
    aliases: ['/audit/verify'],
    summary: 'Check that no record was changed, added or taken away',
    access: 'audit:read',
    rate: 'logs',
    query: z.object({
      latest: booleanQuery
        .default(false)
        .describe('What the last check found, if this server made one; otherwise check now'),
    }),
    reply: Verification,
  },
} as const satisfies Endpoints
