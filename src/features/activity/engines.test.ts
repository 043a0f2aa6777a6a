import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { dayMs, hourMs } from '#kernel/time.ts'
import { testConfig } from '#platform/config/config.ts'
import type { Database } from '#platform/database/database.ts'
import { migrate } from '#platform/database/migrate.ts'
import { openDatabase } from '#platform/database/open.ts'
import { createFeatures } from '#features/index.ts'
import { eachEngine } from '../../../test/support/engines.ts'
import { readEndpoints } from './endpoints.ts'
import { rankUsers } from './ranking.ts'
import { readLogins } from './logins.ts'
import { readOverview } from './overview.ts'
import { retainActivity } from './retention.ts'
import type { ActivityEvent } from './store.ts'
import { readTimeline } from './timeline.ts'
import { readTraffic } from './traffic.ts'
import { readTrends } from './trends.ts'
import { writeActivity } from './write.ts'

/** A Sunday afternoon. */
const now = Date.parse('2026-11-22T15:30:00Z')

const event = (parts: Partial<ActivityEvent> = {}): ActivityEvent => ({
  event_id: null,
  at: now,
  kind: 'api_call',
  user_id: 'u1',
  session_id: 's1',
  key_id: null,
  method: 'GET',
  route: '/api/v1/me',
  status: 200,
  duration_ms: 10,
  bytes: 100,
  project_id: null,
  address: '10.0.0.7',
  detail: null,
  ...parts,
})

const login = (parts: Partial<ActivityEvent> = {}): ActivityEvent =>
  event({ kind: 'login', method: null, route: null, status: null, duration_ms: null, bytes: 0, ...parts })

const times = (count: number, make: (index: number) => ActivityEvent): ActivityEvent[] =>
  Array.from({ length: count }, (_, index) => make(index))

eachEngine('activity', (engine) => {
  const start = async (): Promise<Database> => {
    const database = await openDatabase(await engine.freshUrl())
    after(() => database.close())
    await migrate(
      database,
      createFeatures().features.flatMap(({ migrations }) => migrations),
    )
    return database
  }

  test('servers that write the same hour at once add up to exactly what happened', async () => {
    const database = await start()
    const batch = (server: number) =>
      times(60, (index) =>
        event({ user_id: `u${index % 4}`, status: index % 3 === 0 ? 404 : 200, duration_ms: server + index }),
      )
    await Promise.all(times(8, () => event()).map((_, server) => writeActivity(database, batch(server))))
    const rows = await database.read.selectFrom('activity_hourly').selectAll().execute()
    const sum = (column: 'count' | 'bytes_sum') => rows.reduce((total, row) => total + Number(row[column]), 0)
    assert.deepEqual([rows.length, sum('count'), sum('bytes_sum')], [8, 480, 48_000])
    assert.equal(Math.max(...rows.map((row) => Number(row.duration_ms_max))), 66)
    const { total } = await database.read
      .selectFrom('activity_events')
      .select((row) => row.fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow()
    assert.equal(Number(total), 480)
  })

  test('an event that several servers hear of is counted once', async () => {
    const database = await start()
    const heard = login({ event_id: 'e1' })
    await Promise.all(
      times(6, () => heard).map((same, server) =>
        writeActivity(database, [same, same, event({ user_id: `u${server}` })]),
      ),
    )
    const { activity_by_type } = await readOverview(database.read, now, { days: 1, limit: 10 })
    assert.deepEqual([activity_by_type.login, activity_by_type.api_call], [1, 6])
  })

  test('the overview names kinds, users and endpoints by how much there is of them', async () => {
    const database = await start()
    await writeActivity(database, [
      ...times(3, () => event()),
      ...times(2, () => event({ user_id: 'u2', route: '/api/v1/projects' })),
      event({ user_id: null, route: '/api/v1/auth/login' }),
      login(),
      login({ kind: 'login_failed', user_id: null }),
      event({ at: now - 8 * dayMs }),
    ])
    const overview = await readOverview(database.read, now, { days: 7, limit: 2 })
    assert.deepEqual(overview.activity_by_type, { api_call: 6, login: 1, login_failed: 1, logout: 0, admin_action: 0 })
    assert.deepEqual(
      overview.active_users.map(({ user_id, activity_count }) => [user_id, activity_count]),
      [
        ['u1', 4],
        ['u2', 2],
      ],
    )
    assert.deepEqual(overview.popular_endpoints, [
      { endpoint: '/api/v1/me', access_count: 3 },
      { endpoint: '/api/v1/projects', access_count: 2 },
    ])
  })

  test('users are ranked by calls, errors, time or bytes, page by page', async () => {
    const database = await start()
    await writeActivity(database, [
      ...times(5, () => event({ user_id: 'busy' })),
      event({ user_id: 'slow', duration_ms: 9_000, bytes: 5 }),
      ...times(2, () => event({ user_id: 'wrong', status: 403, duration_ms: 1, bytes: 9_999 })),
    ])
    const ranked = async (sort: 'calls' | 'errors' | 'time' | 'bytes', offset = 0) =>
      rankUsers(database.read, now, { days: 1, limit: 2, offset, sort })
    const first = await ranked('calls')
    assert.deepEqual(
      first.users.map(({ user_id }) => user_id),
      ['busy', 'wrong'],
    )
    assert.deepEqual([first.total, first.has_more, (await ranked('calls', 2)).has_more], [3, true, false])
    assert.equal((await ranked('errors')).users[0]!.user_id, 'wrong')
    assert.equal((await ranked('time')).users[0]!.user_id, 'slow')
    assert.equal((await ranked('bytes')).users[0]!.user_id, 'wrong')
  })

  test('endpoints have counts, errors, mean and percentile, and a series that is zero where nothing was', async () => {
    const database = await start()
    await writeActivity(database, [
      ...times(19, () => event({ duration_ms: 4 })),
      event({ duration_ms: 800, status: 500 }),
      event({ at: now - 2 * hourMs, user_id: 'u2' }),
    ])
    const { starts, endpoints } = await readEndpoints(database.read, now, { days: 1, limit: 5 })
    const [me] = endpoints
    assert.deepEqual([me!.access_count, me!.users, me!.errors, me!.server_errors, me!.max_ms], [21, 2, 1, 1, 800])
    assert.ok(me!.p95_ms! <= 10, String(me!.p95_ms))
    assert.equal(starts.length, 25)
    assert.deepEqual(me!.series!.count.slice(-4), [0, 1, 0, 20])
    assert.equal(me!.series!.p95_ms.at(-2), null)
  })

  test('logins are counted by day, by hour of the week, by user and by address', async () => {
    const database = await start()
    const monday = Date.parse('2026-11-16T08:10:00Z')
    await writeActivity(database, [
      login(),
      login({ at: monday }),
      login({ kind: 'login_failed', user_id: null, address: '203.0.113.9', detail: 'INVALID_CREDENTIALS' }),
    ])
    const { logins, failed, per_day, by_weekday_and_hour, by_address, latest } = await readLogins(database.read, now, {
      days: 7,
    })
    assert.deepEqual([logins, failed, per_day.length], [2, 1, 8])
    assert.deepEqual(per_day.at(-1), { day: '2026-11-22T00:00:00.000Z', logins: 1, failed: 1 })
    assert.deepEqual([by_weekday_and_hour[0]![8], by_weekday_and_hour[6]![15]], [1, 1])
    assert.deepEqual(
      by_address.map(({ address, logins, failed }) => [address, logins, failed]),
      [
        ['203.0.113.9', 0, 1],
        ['10.0.0.7', 2, 0],
      ],
    )
    assert.deepEqual(
      latest.map(({ outcome }) => outcome),
      ['login_failed', 'login', 'login'],
    )
    assert.equal((await readLogins(database.read, now, { days: 7, user_id: 'u1' })).failed, 0)
  })

  test('trends by day, ISO week and month count every user once', async () => {
    const database = await start()
    const days = [0, 0, 1, 6, 7, 30]
    await writeActivity(
      database,
      days.map((ago, index) => event({ at: now - ago * dayMs, user_id: `u${index % 2}` })),
    )
    const calls = async (granularity: 'day' | 'week' | 'month', periods: number) =>
      (await readTrends(database.read, now, { granularity, periods })).periods.map(({ counts, unique_users }) => [
        counts.api_call,
        unique_users,
      ])
    assert.deepEqual(await calls('day', 3), [
      [0, 0],
      [1, 1],
      [2, 2],
    ])
    assert.deepEqual(await calls('week', 2), [
      [1, 1],
      [4, 2],
    ])
    assert.deepEqual(await calls('month', 2), [
      [1, 1],
      [5, 2],
    ])
  })

  test('a day that is not over is compared with the same hours of the day before', async () => {
    const database = await start()
    await writeActivity(database, [event(), event({ at: now - dayMs }), event({ at: now - dayMs + 3 * hourMs })])
    const { comparison } = await readTrends(database.read, now, { granularity: 'day', periods: 2 })
    assert.deepEqual([comparison.current.api_call, comparison.previous.api_call], [1, 1])
  })

  test('traffic tells requests, bytes and status classes of every hour', async () => {
    const database = await start()
    await writeActivity(database, [
      event(),
      event({ status: 304 }),
      event({ status: 401 }),
      event({ status: 503 }),
      login(),
    ])
    const { periods, totals } = await readTraffic(database.read, now, { days: 1 })
    assert.equal(periods.length, 25)
    assert.deepEqual(periods.at(-1)!.by_status, { '2xx': 1, '3xx': 1, '4xx': 1, '5xx': 1 })
    assert.deepEqual(totals, { requests: 4, bytes: 400, errors: 2, users: 1 })
  })

  test('a timeline goes back page by page without a gap, also where times are equal', async () => {
    const database = await start()
    await writeActivity(
      database,
      times(7, (index) => event({ at: now - Math.floor(index / 3), detail: String(index) })),
    )
    const details: (string | null)[] = []
    let cursor: string | undefined
    do {
      const page = await readTimeline(database.read, 'u1', {
        limit: 2,
        cursor,
        kind: undefined,
        from: undefined,
        to: undefined,
      })
      details.push(...page.events.map(({ detail }) => detail))
      cursor = page.next_cursor ?? undefined
    } while (cursor)
    assert.deepEqual(details, ['2', '1', '0', '5', '4', '3', '6'])
  })

  test('retention deletes what is older than its days and the oldest above the cap, and keeps the sums', async () => {
    const database = await start()
    await writeActivity(database, [
      ...times(1_200, () => event({ at: now - 100 * dayMs })),
      ...times(1_500, (index) => event({ at: now - 1_500 + index })),
    ])
    const platform = {
      config: testConfig({ activity_retention_days: 90, activity_rows_max: 1_000 }),
      database,
      now: () => now,
    }
    assert.equal(await retainActivity(platform), 1_700)
    const left = await database.read.selectFrom('activity_events').select('at').orderBy('at').execute()
    assert.deepEqual([left.length, left[0]!.at], [1_000, now - 1_000])
    const { activity_by_type } = await readOverview(database.read, now, { days: 400, limit: 1 })
    assert.equal(activity_by_type.api_call, 2_700)
    assert.equal(await retainActivity(platform), 0)
  })
})
