import { iso } from '#kernel/time.ts'
import type { ReadDb } from '#platform/database/database.ts'
import { peopleOf } from './people.ts'
import { countOf, errorCount, hoursSince, rounded, sumOf } from './sums.ts'

const sortColumns = {
  calls: 'calls',
  errors: 'errors',
  time: 'time_ms',
  bytes: 'bytes',
  logins: 'logins',
  last_seen: 'last_at',
} as const

interface Ranking {
  days: number
  limit: number
  offset: number
  sort: keyof typeof sortColumns
}

export async function rankUsers(db: ReadDb, now: number, { days, limit, offset, sort }: Ranking) {
  const known = db
    .selectFrom('activity_hourly')
    .where('hour', '>=', hoursSince(now, days))
    .where('user_id', 'is not', null)
  const rows = await known
    .select((row) => [
      'user_id',
      countOf('api_call').as('calls'),
      errorCount.as('errors'),
      countOf('login').as('logins'),
      countOf('login_failed').as('failed_logins'),
      countOf('admin_action').as('admin_actions'),
      sumOf('duration_ms_sum').as('time_ms'),
      sumOf('bytes_sum').as('bytes'),
      row.fn.max<number>('last_at').as('last_at'),
    ])
    .groupBy('user_id')
    .orderBy(sortColumns[sort], 'desc')
    .orderBy('user_id')
    .limit(limit)
    .offset(offset)
    .execute()
  const { users } = await known
    .select((row) => row.fn.count<number>('user_id').distinct().as('users'))
    .executeTakeFirstOrThrow()
  const person = await peopleOf(
    db,
    rows.map(({ user_id }) => user_id),
  )
  const total = Number(users)
  return {
    users: rows.map((row) => ({
      ...person(row.user_id!),
      calls: Number(row.calls),
      errors: Number(row.errors),
      logins: Number(row.logins),
      failed_logins: Number(row.failed_logins),
      admin_actions: Number(row.admin_actions),
      time_ms: rounded(Number(row.time_ms)),
      bytes: Number(row.bytes),
      last_seen_at: iso(Number(row.last_at)),
    })),
    total,
    has_more: offset + rows.length < total,
  }
}
