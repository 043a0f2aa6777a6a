import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { openEmbeddedLogs } from '../../src/platform/telemetry/logs/embedded/index.ts'
import { severities, type LinePredicate, type LogBatch } from '../../src/platform/telemetry/logs/logs.ts'
import { detectSeverity } from '../../src/platform/telemetry/logs/severity.ts'
import { dayMs, marks, startMs } from './corpus.ts'

/** One way to store lines. Every append is on disk when it resolves. */
export interface Engine {
  append(batch: LogBatch): Promise<void>
  /** After the last append, before the questions. */
  settle(): Promise<void>
  /** Each gives a figure that has to be the same for all engines. */
  questions: Record<Question, () => Promise<number>>
  bytes(): number
}

export type Question =
  | 'serviceNewest'
  | 'levelNewest'
  | 'id'
  | 'rareSubstring'
  | 'commonFirst'
  | 'commonTotal'
  | 'histogram'

const bytesIn = (dir: string): number =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)

const span = { fromNs: BigInt(startMs) * 1_000_000n, toNs: BigInt(startMs + dayMs) * 1_000_000n }

async function embedded(dir: string): Promise<Engine> {
  const store = await openEmbeddedLogs({
    dir,
    now: () => startMs + dayMs,
    retentionMs: 7 * dayMs,
    bytesMax: 1e12,
  })
  const newest = async (where: LinePredicate): Promise<number> =>
    (await store.search({ ...span, where, limit: 100, direction: 'backward' })).rows.length
  const total = async (where: LinePredicate): Promise<number> =>
    (await store.search({ ...span, where, limit: 1, direction: 'backward', countMax: 1e9 })).total!.count
  const common: LinePredicate = { op: 'contains', text: marks.commonWord, caseSensitive: true }
  return {
    append: async (batch) => void (await store.append(batch)),
    settle: () => store.seal(),
    questions: {
      serviceNewest: () => newest({ op: 'service', in: [marks.service] }),
      levelNewest: () => newest({ op: 'severity', in: [severities.indexOf('error')] }),
      id: () => total({ op: 'contains', text: marks.id, word: true }),
      rareSubstring: () => total({ op: 'contains', text: marks.rareSubstring, caseSensitive: true }),
      commonFirst: () => newest(common),
      commonTotal: () => total(common),
      histogram: async () => {
        const { counts } = await store.histogram({ ...span, buckets: 288 })
        return Object.values(counts)
          .flat()
          .reduce((sum, count) => sum + count, 0)
      },
    },
    bytes: () => bytesIn(dir),
  }
}

const rowsOf = (batch: LogBatch): [time: bigint, service: string, level: number, line: string][] =>
  batch.streams.flatMap(({ labels, entries }) =>
    entries.map(({ timestampNs, line, severity }): [bigint, string, number, string] => [
      timestampNs,
      labels['service_name'] ?? '',
      severity ?? detectSeverity(line, labels),
      line,
    ]),
  )

const error = severities.indexOf('error')
const sqlQuestions = (contains: (text: string) => string, fiveMinutes: string): Record<Question, string> => ({
  serviceNewest: `select count(*) as n from (select * from lines where service = '${marks.service}' order by ts desc limit 100)`,
  levelNewest: `select count(*) as n from (select * from lines where level = ${error} order by ts desc limit 100)`,
  id: `select count(*) as n from lines where ${contains(marks.id)}`,
  rareSubstring: `select count(*) as n from lines where ${contains(marks.rareSubstring)}`,
  commonFirst: `select count(*) as n from (select * from lines where ${contains(marks.commonWord)} order by ts desc limit 100)`,
  commonTotal: `select count(*) as n from lines where ${contains(marks.commonWord)}`,
  histogram: `select cast(sum(c) as integer) as n from (select ${fiveMinutes} as t, level, count(*) as c from lines group by 1, 2)`,
})

async function sqlite(dir: string): Promise<Engine> {
  const db = new Database(join(dir, 'rows.db'))
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec('create table lines (ts integer, service text, level integer, line text)')
  db.exec('create index by_service on lines (service, ts)')
  const insert = db.prepare('insert into lines values (?, ?, ?, ?)')
  const insertAll = db.transaction((batch: LogBatch) => {
    for (const row of rowsOf(batch)) insert.run(...row)
  })
  const sql = sqlQuestions((text) => `instr(line, '${text}') > 0`, 'ts / 300000000000')
  return {
    append: async (batch) => insertAll.immediate(batch),
    settle: async () => void db.pragma('wal_checkpoint(TRUNCATE)'),
    questions: questionsOf(sql, async (query) => (db.prepare(query).get() as { n: number }).n),
    bytes: () => bytesIn(dir),
  }
}

async function duckdb(dir: string): Promise<Engine> {
  // Loaded here, so that the other engines' memory is their own.
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const instance = await DuckDBInstance.create(join(dir, 'table.duckdb'))
  const db = await instance.connect()
  await db.run('create table lines (ts bigint, service varchar, level utinyint, line varchar)')
  const sql = sqlQuestions((text) => `contains(line, '${text}')`, 'ts // 300000000000')
  return {
    append: async (batch) => {
      await db.run('begin')
      const appender = await db.createAppender('lines')
      for (const [time, service, level, line] of rowsOf(batch)) {
        appender.appendBigInt(time)
        appender.appendVarchar(service)
        appender.appendUTinyInt(level)
        appender.appendVarchar(line)
        appender.endRow()
      }
      appender.closeSync()
      await db.run('commit')
    },
    settle: async () => void (await db.run('checkpoint')),
    questions: questionsOf(sql, async (query) => {
      const reader = await db.runAndReadAll(query)
      return Number(reader.getRows()[0]![0])
    }),
    bytes: () => bytesIn(dir),
  }
}

function questionsOf(
  sql: Record<Question, string>,
  ask: (query: string) => Promise<number>,
): Record<Question, () => Promise<number>> {
  return Object.fromEntries(Object.entries(sql).map(([question, query]) => [question, () => ask(query)])) as Record<
    Question,
    () => Promise<number>
  >
}

const openers = { embedded, sqlite, duckdb }
export type EngineName = keyof typeof openers

export function openEngine(name: EngineName, dir: string): Promise<Engine> {
  mkdirSync(dir, { recursive: true })
  return openers[name](dir)
}
