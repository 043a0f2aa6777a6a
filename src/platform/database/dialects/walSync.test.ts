import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import Sqlite from 'better-sqlite3'
import { sql } from 'kysely'
import { until } from '../../../../test/support/until.ts'
import { openDatabase } from '../open.ts'

test('a log that has grown is copied into the database beside writers, and begins anew', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'miktos-test-'))
  const file = join(dir, 'state.db')
  const database = await openDatabase(`sqlite:///${file}`)
  t.after(async () => {
    await database.close()
    rmSync(dir, { recursive: true })
  })
  const write = (text: string) =>
    database.transaction(async (tx) => void (await sql`insert into notes values (${text})`.execute(tx)))
  await database.transaction(async (tx) => void (await sql`create table notes (text text)`.execute(tx)))

  const text = 'x'.repeat(100_000)
  await Promise.all(Array.from({ length: 60 }, () => write(text)))
  await until('the log is short again', async () => {
    await write('one more')
    return statSync(`${file}-wal`).size < 1_000_000
  })
  assert.ok(statSync(file).size > 6_000_000)
  const other = new Sqlite(file, { readonly: true })
  t.after(() => other.close())
  const { count } = other.prepare('select count(*) as count from notes where text = ?').get(text) as { count: number }
  assert.equal(count, 60)
})

test('commits that come together are all there', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'miktos-test-'))
  const database = await openDatabase(`sqlite:///${join(dir, 'state.db')}`)
  t.after(() => rmSync(dir, { recursive: true }))
  await database.transaction(async (tx) => void (await sql`create table notes (text text)`.execute(tx)))
  const commits = Array.from({ length: 50 }, (_, index) =>
    database.transaction(async (tx) => void (await sql`insert into notes values (${index})`.execute(tx))),
  )
  const failed = database.transaction(async () => {
    throw new Error('no')
  })
  await assert.rejects(failed, /no/)
  await Promise.all(commits)
  await database.close()
  const other = new Sqlite(join(dir, 'state.db'), { readonly: true })
  assert.deepEqual(other.prepare('select count(*) as count from notes').get(), { count: 50 })
  other.close()
})
