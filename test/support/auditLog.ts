import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { appendAudit, auditHead, auditMigrations, writeHead } from '#platform/audit/append.ts'
import { hashRecord, type AuditRecord, type ChainedRecord } from '#platform/audit/chain.ts'
import { checkpointFile, createCheckpoints, type Checkpoints } from '#platform/audit/checkpoints.ts'
import type { Database } from '#platform/database/database.ts'
import { migrate } from '#platform/database/migrate.ts'
import { openDatabase } from '#platform/database/open.ts'
import { secretsFrom } from '#platform/secrets.ts'
import type { Engine } from './engines.ts'

/** An audit log without the product around it. */
export interface AuditLog {
  url: string
  database: Database
  key: Buffer
  checkpoints: Checkpoints
  checkpointsPath: string
  append(count: number): Promise<void>
}

export const auditKey = secretsFrom('the secret of the tests').key('audit')

export const auditEntry = (n: number): Omit<AuditRecord, 'seq'> => ({
  at: 1_790_000_000_000 + n,
  actor_kind: 'user',
  actor_id: `u${n % 5}`,
  actor_label: `mara-${n % 5}`,
  action: n % 2 ? 'user.update' : 'role.update',
  target_kind: 'user',
  target_id: `t${n}`,
  result: 'ok',
  address: n % 3 ? '10.0.0.7' : null,
  request_id: `request-${n}`,
  before_json: n % 4 ? JSON.stringify({ role: 'user', email: 'jörg@example.com' }) : null,
  after_json: JSON.stringify({ role: 'admin', n }),
})

export async function auditLog(engine: Engine): Promise<AuditLog> {
  const url = await engine.freshUrl()
  const database = await openDatabase(url)
  await migrate(database, auditMigrations)
  const folder = mkdtempSync(join(tmpdir(), 'miktos-test-'))
  after(async () => {
    await database.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const checkpointsPath = checkpointFile(folder)
  let n = 0
  return {
    url,
    database,
    key: auditKey,
    checkpointsPath,
    checkpoints: createCheckpoints({
      file: checkpointsPath,
      database,
      key: auditKey,
      now: () => 1_790_000_000_000 + n,
    }),
    append: async (count) => {
      for (let i = 0; i < count; i++) await database.transaction((tx) => appendAudit(tx, auditKey, auditEntry(++n)))
    },
  }
}

const insertLength = 500

/** Appends `count` records much faster than the product would. */
export async function fillAuditLog(database: Database, key: Buffer, count: number): Promise<void> {
  await database.transaction(async (tx) => {
    const head = await auditHead(tx)
    for (let start = 1; start <= count; start += insertLength) {
      const rows: ChainedRecord[] = []
      for (let n = start; n < Math.min(start + insertLength, count + 1); n++) {
        const record = { seq: head.last_seq + 1, ...auditEntry(n) }
        const hash = hashRecord(key, record, head.last_hash)
        rows.push({ ...record, previous_hash: head.last_hash, hash })
        head.last_seq = record.seq
        head.last_hash = hash
      }
      await tx.insertInto('audit_records').values(rows).execute()
    }
    await writeHead(tx, key, head)
  })
}
