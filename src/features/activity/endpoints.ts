import { invalid } from '#kernel/errors.ts'
import { iso } from '#kernel/time.ts'
import type { ReadDb } from '#platform/database/database.ts'
import { quantileMs } from './histogram.ts'
import { periodColumn, periodsBetween } from './periods.ts'
import { callsSince, errorCount, hoursSince, rounded, serverErrorCount, sumOf, tookOf, tookSums } from './sums.ts'

/** As many as a chart has colours. */
const seriesMax = 8
const hourlyDaysMax = 31

/** Hours while they can be told apart, days beyond. Throws VALIDATION_FAILED for more hours than anybody can look at. */
export function granularityFor(days: number, asked: 'hour' | 'day' | undefined): 'hour' | 'day' {
  if (asked === 'hour' && days > hourlyDaysMax)
    throw invalid('granularity', `Ask for days, or for at most ${hourlyDaysMax} days of hours`)
  return asked ?? (days <= 3 ? 'hour' : 'day')
}

interface Asked {
  days: number
  granularity?: 'hour' | 'day' | undefined
  limit: number
}

export async function readEndpoints(db: ReadDb, now: number, { days, granularity: asked, limit }: Asked) {
  const granularity = granularityFor(days, asked)
  const from = hoursSince(now, days)
  const rows = await callsSince(db, from)
    .select((row) => [
      'method',
      'route',
      sumOf('count').as('calls'),
      errorCount.as('errors'),
      serverErrorCount.as('server_errors'),
      sumOf('duration_ms_sum').as('time_ms'),
      sumOf('bytes_sum').as('bytes'),
      row.fn.max<number>('duration_ms_max').as('max_ms'),
      row.fn.count<number>('user_id').distinct().as('users'),
      ...tookSums(),
    ])
    .groupBy(['method', 'route'])
    .orderBy('calls', 'desc')
    .orderBy('route')
    .limit(limit)
    .execute()
  const starts = periodsBetween(granularity, from, now)
  const series = await seriesOf(
    db,
    rows.slice(0, seriesMax).map(({ route }) => route!),
    granularity,
    starts,
  )
  return {
    granularity,
    starts: starts.map(iso),
    endpoints: rows.map((row, index) => {
      const calls = Number(row.calls)
      const maxMs = Number(row.max_ms)
      return {
        method: row.method!,
        endpoint: row.route!,
        access_count: calls,
        users: Number(row.users),
        errors: Number(row.errors),
        server_errors: Number(row.server_errors),
        error_rate: Number(row.errors) / calls,
        avg_ms: rounded(Number(row.time_ms) / calls),
        p95_ms: roundedOrNull(quantileMs(tookOf(row), 0.95, maxMs)),
        max_ms: rounded(maxMs),
        bytes: Number(row.bytes),
        series: index < seriesMax ? series(`${row.method} ${row.route}`) : null,
      }
    }),
  }
}

export const roundedOrNull = (value: number | null): number | null => (value === null ? null : rounded(value))

async function seriesOf(db: ReadDb, routes: string[], granularity: 'hour' | 'day', starts: number[]) {
  const rows =
    routes.length === 0
      ? []
      : await callsSince(db, starts[0]!)
          .select((row) => [
            'method',
            'route',
            periodColumn(granularity, starts).as('period'),
            sumOf('count').as('calls'),
            errorCount.as('errors'),
            row.fn.max<number>('duration_ms_max').as('max_ms'),
            ...tookSums(),
          ])
          .where('route', 'in', routes)
          .groupBy(['method', 'route', 'period'])
          .execute()
  const byEndpoint = Map.groupBy(rows, ({ method, route }) => `${method} ${route}`)
  return (endpoint: string) => {
    const byPeriod = new Map((byEndpoint.get(endpoint) ?? []).map((row) => [Number(row.period), row]))
    const points = starts.map((start) => byPeriod.get(start))
    return {
      count: points.map((point) => Number(point?.calls ?? 0)),
      errors: points.map((point) => Number(point?.errors ?? 0)),
      p95_ms: points.map((point) =>
        point ? roundedOrNull(quantileMs(tookOf(point), 0.95, Number(point.max_ms))) : null,
      ),
    }
  }
}
