import { setImmediate as pause } from 'node:timers/promises'
import type { ReadDb } from '../database/database.ts'
import type { AuditHead } from './append.ts'
import { genesisHash, hashHead, hashRecord, type ChainedRecord, type Fault } from './chain.ts'
import { missingReason, otherReason, type Checkpoint, type Checkpoints } from './checkpoints.ts'

export interface Verification {
  ok: boolean
  /** Records whose content and place were found right. */
  records: number
  first_seq: number
  last_seq: number
  /** Checkpoints outside the database that the chain was compared with. */
  checkpoints: number
  broken: Fault | null
}

const sliceLength = 1_000
/** Records hashed in one go: about two milliseconds. */
const stretchLength = 100
const attemptsMax = 3

/**
 * Computes the whole chain again and compares it with its head and its checkpoints, in slices
 * between which the process does other work. What is appended meanwhile is left to the next time.
 */
export async function verifyAudit(db: ReadDb, key: Buffer, source: Checkpoints): Promise<Verification> {
  for (let attempt = 1; ; attempt++) {
    const verification = await verifyOnce(db, key, source)
    if (verification.ok || attempt === attemptsMax) return verification
    // Retention may have moved the beginning under our feet.
    if ((await readBounds(db)).first_seq === verification.first_seq) return verification
  }
}

async function verifyOnce(db: ReadDb, key: Buffer, source: Checkpoints): Promise<Verification> {
  // Before the bounds, so that no checkpoint is newer than they are.
  const { checkpoints, fault } = await source.read()
  const bounds = await readBounds(db)
  const walk = await walkChain(db, key, bounds, new Map(checkpoints.map((checkpoint) => [checkpoint.seq, checkpoint])))
  const broken =
    walk.fault ?? headFault(key, bounds) ?? countFault(bounds) ?? checkpointFault(bounds, checkpoints) ?? fault
  const { first_seq, last_seq } = bounds
  return { ok: broken === null, records: walk.records, first_seq, last_seq, checkpoints: checkpoints.length, broken }
}

interface Bounds extends Omit<AuditHead, 'id' | 'seal'> {
  /** Null when there is no head. */
  seal: string | null
  record_count: number
  /** The highest number there is: `last_seq`, where nothing was added. */
  newest_seq: number
}

/** One statement, so that head and records are seen at the same moment. */
async function readBounds(db: ReadDb): Promise<Bounds> {
  const row = await db
    .selectFrom('audit_records')
    .select(({ fn, selectFrom }) => {
      const head = selectFrom('audit_head').where('id', '=', 1)
      return [
        fn.countAll().as('record_count'),
        fn.max('seq').as('newest_seq'),
        head.select('first_seq').as('first_seq'),
        head.select('first_previous_hash').as('first_previous_hash'),
        head.select('last_seq').as('last_seq'),
        head.select('last_hash').as('last_hash'),
        head.select('seal').as('seal'),
      ]
    })
    .executeTakeFirstOrThrow()
  return {
    first_seq: row.first_seq ?? 1,
    first_previous_hash: row.first_previous_hash ?? genesisHash,
    last_seq: row.last_seq ?? 0,
    last_hash: row.last_hash ?? genesisHash,
    seal: row.seal,
    record_count: Number(row.record_count),
    newest_seq: Number(row.newest_seq),
  }
}

async function walkChain(
  db: ReadDb,
  key: Buffer,
  { first_seq, first_previous_hash, last_seq, last_hash }: Bounds,
  checkpoints: Map<number, Checkpoint>,
): Promise<{ records: number; fault: Fault | null }> {
  let previous = first_previous_hash
  let next = first_seq
  while (next <= last_seq) {
    const slice = await db
      .selectFrom('audit_records')
      .selectAll()
      // Not `>= next`: SQLite lets somebody insert a record 7.5.
      .where('seq', '>', next - 1)
      .where('seq', '<=', last_seq)
      .orderBy('seq')
      .limit(sliceLength)
      .execute()
    if (slice.length === 0) return { records: next - first_seq, fault: { seq: next, reason: missing } }
    for (const record of slice) {
      const fault = recordFault(key, record, next, previous, checkpoints.get(next))
      if (fault) return { records: next - first_seq, fault }
      previous = record.hash
      next++
      if (next % stretchLength === 0) await pause()
    }
  }
  const fault =
    previous === last_hash
      ? null
      : { seq: last_seq, reason: 'The record is not the one that the head of the chain names' }
  return { records: next - first_seq, fault }
}

const missing = 'The record is missing'

function recordFault(
  key: Buffer,
  record: ChainedRecord,
  seq: number,
  previous: string,
  checkpoint: Checkpoint | undefined,
): Fault | undefined {
  if (record.seq !== seq) return { seq, reason: record.seq > seq ? missing : 'A record was inserted before this one' }
  const hash = hashOf(key, record, previous)
  if (record.hash === hash && record.previous_hash === previous) {
    return checkpoint && checkpoint.hash !== hash ? { seq, reason: otherReason(checkpoint.at) } : undefined
  }
  const isItself = record.hash === hashOf(key, record, record.previous_hash)
  return {
    seq,
    reason: isItself
      ? 'The record does not follow the one before it'
      : 'The record was changed, or written under another secret key',
  }
}

/** SQLite holds any value in any column; one that no record can have makes no hash. */
const hashOf = (key: Buffer, record: ChainedRecord, previous: string): string | undefined =>
  Number.isSafeInteger(record.at) ? hashRecord(key, record, previous) : undefined

function headFault(
  key: Buffer,
  { seal, record_count, first_seq, first_previous_hash, last_seq, last_hash }: Bounds,
): Fault | undefined {
  if (seal === null) return record_count > 0 ? { seq: first_seq, reason: 'The head of the chain is gone' } : undefined
  if (seal === hashHead(key, last_seq, last_hash, first_seq, first_previous_hash)) return undefined
  return { seq: last_seq, reason: 'The head of the chain was changed, or written under another secret key' }
}

function countFault({ record_count, newest_seq, first_seq, last_seq }: Bounds): Fault | undefined {
  if (newest_seq > last_seq) return { seq: last_seq + 1, reason: 'The record stands after the end of the chain' }
  if (record_count !== last_seq - first_seq + 1)
    return { seq: first_seq, reason: 'There are records that do not belong to the chain' }
  return undefined
}

function checkpointFault(
  { first_seq, first_previous_hash, last_seq }: Bounds,
  checkpoints: Checkpoint[],
): Fault | undefined {
  const newest = checkpoints.at(-1)
  if (newest && newest.seq > last_seq) return { seq: last_seq + 1, reason: missingReason(newest.seq, newest.at) }
  const before = checkpoints.find(({ seq }) => seq === first_seq - 1)
  return before && before.hash !== first_previous_hash ? { seq: before.seq, reason: otherReason(before.at) } : undefined
}
