import { sql, type RawBuilder } from 'kysely'
import type { ReadDb } from '#platform/database/database.ts'
import { tookColumns, type Took } from './histogram.ts'
import { hourOf } from './hourly.ts'
import type { ActivityKind } from './store.ts'
import { dayMs } from '#kernel/time.ts'

/** First hour of the last `days` times 24 hours; what is counted by the hour begins with a whole one. */
export const hoursSince = (now: number, days: number): number => hourOf(now - days * dayMs)

const countWhere = (condition: RawBuilder<unknown>): RawBuilder<number> =>
  sql<number>`sum(case when ${condition} then ${sql.ref('count')} else 0 end)`

export const countOf = (kind: ActivityKind): RawBuilder<number> =>
  countWhere(sql`${sql.ref('kind')} = ${sql.lit(kind)}`)

/** Answers with 4xx and 5xx. */
export const errorCount = countWhere(sql`${sql.ref('status_class')} >= 4`)
export const serverErrorCount = countWhere(sql`${sql.ref('status_class')} = 5`)
export const statusCount = (digit: number): RawBuilder<number> =>
  countWhere(sql`${sql.ref('status_class')} = ${sql.lit(digit)}`)

export const sumOf = (column: 'count' | 'duration_ms_sum' | 'bytes_sum' | keyof Took): RawBuilder<number> =>
  sql<number>`sum(${sql.ref(column)})`

/** The histogram of all rows of a group, as columns of the same names. */
export const tookSums = () => tookColumns.map((column) => sumOf(column).as(column))

/** MariaDB gives sums as text. */
export const tookOf = (row: Took): Took =>
  Object.fromEntries(tookColumns.map((column) => [column, Number(row[column])])) as Took

export const callsSince = (db: ReadDb, from: number) =>
  db.selectFrom('activity_hourly').where('hour', '>=', from).where('kind', '=', 'api_call')

export const rounded = (value: number): number => Math.round(value * 10) / 10
