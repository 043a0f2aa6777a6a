import { createHmac, timingSafeEqual } from 'node:crypto'
import canonicalize from 'canonicalize'

/** One thing that was done: who, what, to what, with what outcome. Text fields as they are stored. */
export interface AuditRecord {
  seq: number
  at: number
  actor_kind: string
  actor_id: string
  actor_label: string
  action: string
  target_kind: string
  target_id: string
  result: 'ok' | 'denied' | 'failed'
  address: string | null
  request_id: string | null
  /** JSON of the values before and after, secrets left out; null when there is nothing to compare. */
  before_json: string | null
  after_json: string | null
}

export interface ChainedRecord extends AuditRecord {
  previous_hash: string
  hash: string
}

/** The first place where the log is not what was written. */
export interface Fault {
  seq: number
  reason: string
}

export const genesisHash = '0'.repeat(64)

/**
 * HMAC-SHA256 over the record in canonical JSON (RFC 8785) with the hash of the one before it. The
 * key is not in the database, so whoever can write the database cannot write a chain that verifies.
 */
export function hashRecord(key: Buffer, record: AuditRecord, previousHash: string): string {
  const { seq, at, actor_kind, actor_id, actor_label, action, target_kind, target_id } = record
  const { result, address, request_id, before_json, after_json } = record
  const body = canonicalize({
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
    before_json,
    after_json,
    previous_hash: previousHash,
  })!
  return createHmac('sha256', key).update(body).digest('hex')
}

/** Seals the newest position, so that cutting off the tail together with its row in the head table shows. */
export const hashHead = (key: Buffer, seq: number, hash: string, first: number, firstPrevious: string): string =>
  createHmac('sha256', key).update(`head:${seq}:${hash}:${first}:${firstPrevious}`).digest('hex')

/** Takes the same time wherever they differ. */
export function sameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
