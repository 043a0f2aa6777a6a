import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { Worker } from 'node:worker_threads'
import Sqlite from 'better-sqlite3'
import { auditEntry, auditLog, type AuditLog } from '../../../test/support/auditLog.ts'
import { databaseEngines, eachEngine } from '../../../test/support/engines.ts'
import { randomTamper, type Stored } from '../../../test/support/tampers.ts'
import { sqliteFile } from '../database/dialects/sqlite.ts'
import { appendAudit, type AuditHead } from './append.ts'
import { verifyAudit } from './verify.ts'

const verify = ({ database, key, checkpoints }: AuditLog) => verifyAudit(database.read, key, checkpoints)

/** A generator of numbers that a failing run can be repeated with. */
function seeded(seed: number): (n: number) => number {
  let state = seed
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
}

async function store({ database }: AuditLog, { records, head }: Stored): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.deleteFrom('audit_records').execute()
    await tx.deleteFrom('audit_head').execute()
    if (records.length > 0) await tx.insertInto('audit_records').values(records).execute()
    if (head) await tx.insertInto('audit_head').values(head).execute()
  })
}

const headOf = ({ database }: AuditLog): Promise<AuditHead> =>
  database.read.selectFrom('audit_head').selectAll().executeTakeFirstOrThrow()

eachEngine('the audit chain', (engine) => {
  test('an empty log holds', async () => {
    assert.deepEqual(await verify(await auditLog(engine)), {
      ok: true,
      records: 0,
      first_seq: 1,
      last_seq: 0,
      checkpoints: 0,
      broken: null,
    })
  })

  test('200 of 200 random tampers are found, each at its first bad record', async () => {
    const log = await auditLog(engine)
    const older = new Map<number, AuditHead>()
    for (let seq = 1; seq <= 40; seq++) {
      await log.append(1)
      older.set(seq, await headOf(log))
      if (seq % 10 === 0) await log.checkpoints.take()
    }
    const records = await log.database.read.selectFrom('audit_records').selectAll().orderBy('seq').execute()
    const whole = { records, head: await headOf(log) }
    assert.deepEqual(await verify(log), {
      ok: true,
      records: 40,
      first_seq: 1,
      last_seq: 40,
      checkpoints: 4,
      broken: null,
    })
    const seed = Math.floor(Math.random() * 2 ** 32)
    const pick = seeded(seed)
    for (let round = 1; round <= 200; round++) {
      const tamper = randomTamper(whole, older, pick)
      await store(log, tamper)
      const { ok, broken } = await verify(log)
      assert.deepEqual(
        [ok, broken?.seq],
        [false, tamper.firstBad],
        `round ${round} of seed ${seed}: ${tamper.what}, ${broken?.reason}`,
      )
    }
    await store(log, whole)
    assert.equal((await verify(log)).ok, true)
  })

  test('8 writers at once leave no gap and no fork', async () => {
    const log = await auditLog(engine)
    const writers = Array.from(
      { length: 8 },
      () =>
        new Worker(new URL('../../../test/support/auditWriter.ts', import.meta.url), {
          workerData: { url: log.url, count: 25 },
        }),
    )
    const codes = await Promise.all(writers.map((writer) => once(writer, 'exit')))
    assert.deepEqual(codes.flat(), Array(8).fill(0))
    assert.deepEqual(await verify(log), {
      ok: true,
      records: 200,
      first_seq: 1,
      last_seq: 200,
      checkpoints: 0,
      broken: null,
    })
  })

  test('what is appended during a verification does not disturb it', async () => {
    const log = await auditLog(engine)
    await log.append(20)
    const verifying = verify(log)
    await log.append(20)
    assert.equal((await verifying).ok, true)
    assert.equal((await verify(log)).records, 40)
  })

  test('text that an engine would refuse or change is stored so that it verifies', async () => {
    const log = await auditLog(engine)
    for (const text of ['half \ud800 pair', 'nul \0 byte', 'emoji 🛠 ünï', ' spaces ', 'quote \' " \\', '']) {
      await log.database.transaction((tx) =>
        appendAudit(tx, log.key, { ...auditEntry(1), actor_label: text, target_id: text }),
      )
    }
    const { ok, records } = await verify(log)
    assert.deepEqual([ok, records], [true, 6])
  })
})

describe('values that only SQLite lets in', () => {
  const columns =
    'at, actor_kind, actor_id, actor_label, action, target_kind, target_id, result, address, request_id, before_json, after_json, previous_hash, hash'
  const forgeries = {
    'a record between two': `insert into audit_records select 7.5, ${columns} from audit_records where seq = 7`,
    'a record without a number': `insert into audit_records select null, ${columns} from audit_records where seq = 7`,
    'a time beyond all numbers': 'update audit_records set at = 9e999 where seq = 7',
    'bytes in place of text': 'update audit_records set target_id = cast(target_id as blob) where seq = 7',
    'a hash that is no hash': "update audit_records set hash = 'ÿ' || substr(hash, 2) where seq = 7",
  }
  for (const [what, forge] of Object.entries(forgeries)) {
    test(`${what} is found`, async () => {
      const log = await auditLog(databaseEngines().find(({ name }) => name === 'SQLite')!)
      await log.append(20)
      const file = new Sqlite(sqliteFile(log.url))
      file.exec(forge)
      file.close()
      assert.equal((await verify(log)).ok, false)
    })
  }
})
