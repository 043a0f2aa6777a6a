import { isDeepStrictEqual } from 'node:util'
import type * as z from 'zod'
import { iso } from '#kernel/time.ts'
import type { ChainedRecord } from '#platform/audit/chain.ts'
import type { AuditEntry } from './contract.ts'

type Values = Record<string, unknown> | null

/** A record as it is sent. */
export function auditView(record: ChainedRecord): z.output<typeof AuditEntry> {
  const {
    seq,
    at,
    actor_kind,
    actor_id,
    actor_label,
    action,
    target_kind,
    target_id,
    result,
    address,
    request_id,
    hash,
  } = record
  const [before, after] = [valuesOf(record.before_json), valuesOf(record.after_json)]
  return {
    seq,
    timestamp: iso(at),
    actor: { kind: actor_kind, id: actor_id, label: actor_label },
    action,
    target: { kind: target_kind, id: target_id },
    result,
    address,
    request_id,
    changes: changesBetween(before, after),
    before,
    after,
    hash,
  }
}

/** Somebody may have spoiled a record in the database; the others stay readable. */
function valuesOf(json: string | null): Values {
  if (json === null) return null
  try {
    return JSON.parse(json) as Values
  } catch {
    return { unreadable: json }
  }
}

export function changesBetween(before: Values, after: Values): { field: string; before: unknown; after: unknown }[] {
  return [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
    .map((field) => ({ field, before: before?.[field] ?? null, after: after?.[field] ?? null }))
    .filter((change) => !isDeepStrictEqual(change.before, change.after))
}
