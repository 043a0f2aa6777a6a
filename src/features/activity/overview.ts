import type { ReadDb } from '#platform/database/database.ts'
import { peopleOf } from './people.ts'
import { activityKinds, type ActivityKind } from './store.ts'
import { callsSince, hoursSince, sumOf } from './sums.ts'

export type Counts = Record<ActivityKind, number>

export const noCounts = (): Counts => Object.fromEntries(activityKinds.map((kind) => [kind, 0])) as Counts

export async function readOverview(db: ReadDb, now: number, { days, limit }: { days: number; limit: number }) {
  const from = hoursSince(now, days)
  const byKind = await db
    .selectFrom('activity_hourly')
    .select(['kind', sumOf('count').as('total')])
    .where('hour', '>=', from)
    .groupBy('kind')
    .execute()
  const users = await db
    .selectFrom('activity_hourly')
    .select(['user_id', sumOf('count').as('total')])
    .where('hour', '>=', from)
    .where('user_id', 'is not', null)
    .groupBy('user_id')
    .orderBy('total', 'desc')
    .orderBy('user_id')
    .limit(limit)
    .execute()
  const endpoints = await callsSince(db, from)
    .select(['route', sumOf('count').as('total')])
    .groupBy('route')
    .orderBy('total', 'desc')
    .orderBy('route')
    .limit(limit)
    .execute()
  const person = await peopleOf(
    db,
    users.map(({ user_id }) => user_id),
  )
  return {
    activity_by_type: { ...noCounts(), ...Object.fromEntries(byKind.map(({ kind, total }) => [kind, Number(total)])) },
    active_users: users.map(({ user_id, total }) => ({ ...person(user_id!), activity_count: Number(total) })),
    popular_endpoints: endpoints.map(({ route, total }) => ({ endpoint: route!, access_count: Number(total) })),
  }
}
