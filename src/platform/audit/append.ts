import type { Tx } from '../database/database.ts'
import { lockInvariant } from '../database/open.ts'
import type { Migration } from '../database/schema.ts'
import { genesisHash, hashHead, hashRecord, type AuditRecord, type ChainedRecord } from './chain.ts'

/** Where the chain begins (retention moves it forward) and where it ends, sealed by `seal`. */
export interface AuditHead {
  id: number
  first_seq: number
  /** Hash of the record before `first_seq`. */
  first_previous_hash: string
  last_seq: number
  last_hash: string
  seal: string
}

declare module '../database/database.ts' {
  interface Tables {
    audit_records: ChainedRecord
    audit_head: AuditHead
  }
}

export const auditMigrations: Migration[] = [
  {
    name: '2026-11-22.01-audit',
    up: async (schema) => {
      await schema.table('audit_records', (table) =>
        table
          .addColumn('seq', schema.integer, (column) => column.primaryKey())
          .addColumn('at', schema.integer, (column) => column.notNull())
          .addColumn('actor_kind', schema.id, (column) => column.notNull())
          .addColumn('actor_id', schema.id, (column) => column.notNull())
          .addColumn('actor_label', schema.line, (column) => column.notNull())
          .addColumn('action', schema.id, (column) => column.notNull())
          .addColumn('target_kind', schema.id, (column) => column.notNull())
          .addColumn('target_id', schema.line, (column) => column.notNull())
          .addColumn('result', schema.id, (column) => column.notNull())
          .addColumn('address', schema.id)
          .addColumn('request_id', schema.id)
          .addColumn('before_json', schema.text)
          .addColumn('after_json', schema.text)
          .addColumn('previous_hash', schema.id, (column) => column.notNull())
          .addColumn('hash', schema.id, (column) => column.notNull()),
      )
      await schema.index('audit_records', ['at'])
      await schema.index('audit_records', ['actor_id', 'seq'])
      await schema.index('audit_records', ['target_id', 'seq'])
      await schema.index('audit_records', ['action', 'seq'])
      await schema.table('audit_head', (table) =>
        table
          .addColumn('id', schema.integer, (column) => column.primaryKey())
          .addColumn('first_seq', schema.integer, (column) => column.notNull())
          .addColumn('first_previous_hash', schema.id, (column) => column.notNull())
          .addColumn('last_seq', schema.integer, (column) => column.notNull())
          .addColumn('last_hash', schema.id, (column) => column.notNull())
          .addColumn('seal', schema.id, (column) => column.notNull()),
      )
    },
  },
]

/** The end of the chain as `tx` sees it; of a database without records, the position before the first. */
export async function auditHead(
  tx: Pick<Tx, 'selectFrom'>,
): Promise<Omit<AuditHead, 'seal'> & { seal: string | null }> {
  const head = await tx.selectFrom('audit_head').selectAll().where('id', '=', 1).executeTakeFirst()
  return (
    head ?? { id: 1, first_seq: 1, first_previous_hash: genesisHash, last_seq: 0, last_hash: genesisHash, seal: null }
  )
}

/** Adds a record at the end of the chain, within the caller's transaction; writers wait for each other here. */
export async function appendAudit(tx: Tx, key: Buffer, entry: Omit<AuditRecord, 'seq'>): Promise<number> {
  await lockInvariant(tx, 'audit')
  const head = await auditHead(tx)
  const record: AuditRecord = { seq: head.last_seq + 1, ...storable(entry) }
  const hash = hashRecord(key, record, head.last_hash)
  await tx
    .insertInto('audit_records')
    .values({ ...record, previous_hash: head.last_hash, hash })
    .execute()
  await writeHead(tx, key, { ...head, last_seq: record.seq, last_hash: hash })
  return record.seq
}

/** Half characters and NUL, which some engines refuse and others change, would make a record that never verifies. */
const storable = <T extends object>(entry: T): T =>
  Object.fromEntries(
    Object.entries(entry).map(([field, value]) => [
      field,
      typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\u{fffd}') : value,
    ]),
  ) as T

/** Stores the chain's bounds under a fresh seal. */
export async function writeHead(tx: Tx, key: Buffer, head: Omit<AuditHead, 'seal'>): Promise<void> {
  const seal = hashHead(key, head.last_seq, head.last_hash, head.first_seq, head.first_previous_hash)
  const { id, first_seq, first_previous_hash, last_seq, last_hash } = head
  const row = { first_seq, first_previous_hash, last_seq, last_hash, seal }
  const { numUpdatedRows } = await tx.updateTable('audit_head').set(row).where('id', '=', id).executeTakeFirst()
  if (numUpdatedRows === 0n)
    await tx
      .insertInto('audit_head')
      .values({ id, ...row })
      .execute()
}
