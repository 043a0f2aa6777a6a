import { sql } from 'kysely'
import { dayMs, hourMs, iso } from '#kernel/time.ts'
import type { ReadDb } from '#platform/database/database.ts'
import { peopleOf } from './people.ts'
import { periodsBetween, periodStart } from './periods.ts'
import { countOf, hoursSince, sumOf } from './sums.ts'

const outcomes = ['login', 'login_failed'] as const
const addressesMax = 50
const usersMax = 100
const latestMax = 50

export async function readLogins(
  db: ReadDb,
  now: number,
  { days, user_id: userId }: { days: number; user_id?: string | undefined },
) {
  const from = hoursSince(now, days)
  const hours = await attempts(db, from, userId)
    .select(['hour', 'kind', sumOf('count').as('total')])
    .groupBy(['hour', 'kind'])
    .execute()
  const counted = hours.map(({ hour, kind, total }) => ({ hour, kind, count: Number(total) }))
  const countedAs = (kind: (typeof outcomes)[number]) => counted.filter((row) => row.kind === kind)
  return {
    logins: total(countedAs('login')),
    failed: total(countedAs('login_failed')),
    per_day: perDay(counted, from, now),
    by_weekday_and_hour: weekdayHours(countedAs('login')),
    by_user: await byUser(db, from, userId),
    by_address: await byAddress(db, from, userId),
    latest: await latest(db, from, userId),
  }
}

interface HourCount {
  hour: number
  kind: string
  count: number
}

function attempts(db: ReadDb, from: number, userId: string | undefined) {
  const rows = db.selectFrom('activity_hourly').where('hour', '>=', from).where('kind', 'in', outcomes)
  return userId === undefined ? rows : rows.where('user_id', '=', userId)
}

const total = (rows: HourCount[]): number => rows.reduce((sum, { count }) => sum + count, 0)

function perDay(rows: HourCount[], from: number, now: number) {
  const byDay = Map.groupBy(rows, ({ hour }) => periodStart('day', hour))
  return periodsBetween('day', from, now).map((day) => {
    const those = byDay.get(day) ?? []
    const count = (kind: string) => total(those.filter((row) => row.kind === kind))
    return { day: iso(day), logins: count('login'), failed: count('login_failed') }
  })
}

/** Monday first, as weeks begin. */
export function weekdayHours(rows: Pick<HourCount, 'hour' | 'count'>[]): number[][] {
  const matrix = Array.from({ length: 7 }, () => Array.from({ length: 24 }, () => 0))
  for (const { hour, count } of rows) {
    const day = matrix[Math.floor((hour - periodStart('week', hour)) / dayMs)]!
    day[Math.floor((hour % dayMs) / hourMs)]! += count
  }
  return matrix
}

async function byUser(db: ReadDb, from: number, userId: string | undefined) {
  const rows = await attempts(db, from, userId)
    .select((row) => [
      'user_id',
      countOf('login').as('logins'),
      countOf('login_failed').as('failed'),
      row.fn.max<number>('last_at').as('last_at'),
    ])
    .where('user_id', 'is not', null)
    .groupBy('user_id')
    .orderBy('logins', 'desc')
    .orderBy('failed', 'desc')
    .limit(usersMax)
    .execute()
  const person = await peopleOf(
    db,
    rows.map(({ user_id }) => user_id),
  )
  return rows.map(({ user_id, logins, failed, last_at }) => ({
    ...person(user_id!),
    logins: Number(logins),
    failed: Number(failed),
    last_at: iso(Number(last_at)),
  }))
}

function events(db: ReadDb, from: number, userId: string | undefined) {
  const rows = db.selectFrom('activity_events').where('kind', 'in', outcomes).where('at', '>=', from)
  return userId === undefined ? rows : rows.where('user_id', '=', userId)
}

const eventCount = (kind: (typeof outcomes)[number]) =>
  sql<number>`sum(case when ${sql.ref('kind')} = ${kind} then 1 else 0 end)`

async function byAddress(db: ReadDb, from: number, userId: string | undefined) {
  const rows = await events(db, from, userId)
    .select((row) => [
      'address',
      eventCount('login').as('logins'),
      eventCount('login_failed').as('failed'),
      row.fn.max<number>('at').as('last_at'),
    ])
    .where('address', 'is not', null)
    .groupBy('address')
    .orderBy('failed', 'desc')
    .orderBy('logins', 'desc')
    .limit(addressesMax)
    .execute()
  return rows.map(({ address, logins, failed, last_at }) => ({
    address: address!,
    logins: Number(logins),
    failed: Number(failed),
    last_at: iso(Number(last_at)),
  }))
}

async function latest(db: ReadDb, from: number, userId: string | undefined) {
  const rows = await events(db, from, userId)
    .select(['at', 'kind', 'user_id', 'address', 'detail'])
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(latestMax)
    .execute()
  const person = await peopleOf(
    db,
    rows.map(({ user_id }) => user_id),
  )
  return rows.map(({ at, kind, user_id, address, detail }) => {
    const { username, demo } = user_id === null ? { username: null, demo: false } : person(user_id)
    return {
      at: iso(at),
      outcome: kind === 'login' ? ('login' as const) : ('login_failed' as const),
      user_id,
      username,
      demo,
      address,
      detail,
    }
  })
}
