import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { auditKey, auditLog, type AuditLog } from '../../../test/support/auditLog.ts'
import { databaseEngines } from '../../../test/support/engines.ts'
import { createCheckpoints } from './checkpoints.ts'
import { verifyAudit } from './verify.ts'

const sqlite = databaseEngines().find(({ name }) => name === 'SQLite')!

async function logWithCheckpoints(count: number): Promise<AuditLog> {
  const log = await auditLog(sqlite)
  for (let n = 0; n < count; n++) {
    await log.append(1)
    await log.checkpoints.take()
  }
  return log
}

const linesOf = ({ checkpointsPath }: AuditLog): string[] =>
  readFileSync(checkpointsPath, 'utf8').split('\n').slice(0, -1)
const verify = ({ database, key, checkpoints }: AuditLog) => verifyAudit(database.read, key, checkpoints)
const anotherProcess = ({ database, checkpointsPath }: AuditLog) =>
  createCheckpoints({ file: checkpointsPath, database, key: auditKey, now: () => 1_790_000_000_000 })

test('a chain that did not move gets no second checkpoint', async () => {
  const log = await logWithCheckpoints(2)
  assert.equal(await log.checkpoints.take(), undefined)
  assert.equal(await anotherProcess(log).take(), undefined)
  assert.deepEqual(
    linesOf(log).map((line) => JSON.parse(line).seq),
    [1, 2],
  )
})

test('an empty chain gets none', async () => {
  assert.equal(await (await auditLog(sqlite)).checkpoints.take(), undefined)
})

test('only its owner may read the file', async () => {
  const { checkpointsPath } = await logWithCheckpoints(1)
  assert.equal(statSync(checkpointsPath).mode & 0o777, 0o600)
})

test('two processes that share the file continue one chain', async () => {
  const log = await logWithCheckpoints(1)
  const takers = [log.checkpoints, anotherProcess(log), anotherProcess(log)]
  for (let round = 0; round < 10; round++) {
    await log.append(1)
    await Promise.all(takers.map((taker) => taker.take()))
  }
  assert.equal(linesOf(log).length, 11)
  assert.equal((await verify(log)).ok, true)
})

for (const [what, alter] of Object.entries<(lines: string[]) => string[]>({
  'a number in it is changed': (lines) => lines.with(1, lines[1]!.replace('"seq":2', '"seq":3')),
  'a line is taken out of it': (lines) => lines.toSpliced(1, 1),
  'two lines are exchanged': (lines) => lines.with(1, lines[2]!).with(2, lines[1]!),
  'its last line is cut off': (lines) => lines.slice(0, -1),
  'a line is no checkpoint': (lines) => lines.with(1, 'nonsense'),
})) {
  test(`the file does not hold when ${what}`, async () => {
    const log = await logWithCheckpoints(4)
    writeFileSync(
      log.checkpointsPath,
      alter(linesOf(log))
        .map((line) => `${line}\n`)
        .join(''),
    )
    assert.equal((await verify(log)).ok, false)
  })
}

test('the server that wrote the file notices that it is gone', async () => {
  const log = await logWithCheckpoints(4)
  rmSync(log.checkpointsPath)
  assert.deepEqual((await verify(log)).broken?.seq, 4)
})

test('a line that a crash cut short never counted, and the next checkpoint takes its place', async () => {
  const log = await logWithCheckpoints(2)
  appendFileSync(log.checkpointsPath, '{"seq":3,"ha')
  assert.deepEqual([(await verify(log)).ok, (await verify(log)).checkpoints], [true, 2])
  await log.append(1)
  await log.checkpoints.take()
  assert.deepEqual([(await verify(log)).ok, linesOf(log).length], [true, 3])
})

test('a database that was put back gets no checkpoint, also after it has grown beyond the newest one', async () => {
  const log = await logWithCheckpoints(3)
  const records = await log.database.read.selectFrom('audit_records').selectAll().where('seq', '<=', 2).execute()
  await log.append(3)
  const head = { first_seq: 1, last_seq: 2, last_hash: records[1]!.hash }
  await log.database.write.deleteFrom('audit_records').where('seq', '>', 2).execute()
  await log.database.write.updateTable('audit_head').set(head).execute()
  const behind = await log.checkpoints.take()
  assert.ok(behind && 'reason' in behind)
  assert.equal(behind.seq, 3)
  await log.append(5)
  const diverged = await log.checkpoints.take()
  assert.ok(diverged && 'reason' in diverged)
  assert.equal(diverged.seq, 3)
  assert.deepEqual((await verify(log)).broken, diverged)
  assert.equal(linesOf(log).length, 3)
})
