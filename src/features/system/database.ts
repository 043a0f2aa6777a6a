import { sql } from 'kysely'
import { rounded } from '#kernel/number.ts'
import { minuteMs } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { Database } from '#platform/database/database.ts'
import type { Platform } from '#platform/platform.ts'

/** Counting more would keep the database busy for the sake of a number. */
const rowsCountedMax = 100_000

export async function describeDatabase({ database, metrics }: Platform) {
  const startedAt = performance.now()
  await database.read.selectNoFrom((row) => row.val(1).as('one')).execute()
  const latencyMs = performance.now() - startedAt
  const { per_second, p50_ms, p95_ms } = metrics.queries.figures(Date.now(), 5 * minuteMs)
  return {
    dialect: database.dialect,
    description: database.description,
    latency_ms: rounded(latencyMs, 2),
    size_bytes: await sizeBytes(database),
    tables: await countTables(database),
    rows_counted_max: rowsCountedMax,
    queries: { per_second: rounded(per_second, 2), p50_ms: roundedOrNull(p50_ms), p95_ms: roundedOrNull(p95_ms) },
  }
}

const roundedOrNull = (value: number | null): number | null => (value === null ? null : rounded(value, 2))

const sizeQuery = {
  sqlite: sql<{ bytes: number }>`select page_count * page_size as bytes from pragma_page_count(), pragma_page_size()`,
  postgres: sql<{ bytes: number }>`select pg_database_size(current_database()) as bytes`,
  mysql: sql<{
    bytes: number
  }>`select sum(data_length + index_length) as bytes from information_schema.tables where table_schema = database()`,
}

export async function sizeBytes({ dialect, write }: Database): Promise<number> {
  const { rows } = await sizeQuery[dialect].execute(write)
  return Number(rows[0]?.bytes ?? 0)
}

async function tableNames({ write }: Database): Promise<string[]> {
  const tables = await write.introspection.getTables()
  return tables
    .filter(({ isView }) => !isView)
    .map(({ name }) => name)
    .toSorted()
}

async function countTables(database: Database): Promise<{ name: string; rows: number }[]> {
  const tables: { name: string; rows: number }[] = []
  for (const name of await tableNames(database)) {
    const { rows } = await sql<{
      count: number
    }>`select count(*) as count from (select 1 from ${sql.table(name)} limit ${sql.lit(rowsCountedMax)}) counted`.execute(
      database.write,
    )
    tables.push({ name, rows: Number(rows[0]?.count ?? 0) })
  }
  return tables
}

const maintenance: Record<Database['dialect'], (database: Database) => Promise<string[]>> = {
  sqlite: async ({ write }) => {
    await sql`pragma optimize`.execute(write)
    await sql`pragma wal_checkpoint(truncate)`.execute(write)
    return ['statistics renewed', 'write-ahead log merged']
  },
  postgres: async ({ write }) => {
    await sql`analyze`.execute(write)
    return ['statistics renewed']
  },
  mysql: async (database) => {
    for (const name of await tableNames(database)) await sql`analyze table ${sql.table(name)}`.execute(database.write)
    return ['statistics renewed']
  },
}

export async function maintainDatabase(ctx: Context) {
  const { database } = ctx.platform
  const startedAt = performance.now()
  const before = await sizeBytes(database)
  const steps = await maintenance[database.dialect](database)
  const after = await sizeBytes(database)
  await ctx.change('database.maintain', { kind: 'database', id: database.dialect }, async (_tx, note) => {
    note.after = { steps, size_bytes_before: before, size_bytes: after }
  })
  return { steps, size_bytes_before: before, size_bytes: after, duration_ms: rounded(performance.now() - startedAt, 1) }
}
