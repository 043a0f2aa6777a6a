import { setTimeout as delay } from 'node:timers/promises'
import { dayMs, minuteMs } from '#kernel/time.ts'
import type { Platform, Stop } from '#platform/platform.ts'

const hourlyKeptMs = 400 * dayMs
const sweepEveryMs = 30 * minuteMs
/** A slice takes a few milliseconds; requests come in between. */
const sliceRows = 1_000
const pauseMs = 20

/**
 * Deletes events older than `activity_retention_days`, hours older than 400 days, and the oldest of
 * either above `activity_rows_max`. Resolves with the number of rows deleted.
 */
export async function retainActivity(
  { config, database, now }: Pick<Platform, 'config' | 'database' | 'now'>,
  signal: AbortSignal = new AbortController().signal,
): Promise<number> {
  const { read, write } = database
  const rowsMax = config.get('activity_rows_max')
  const events = () => read.selectFrom('activity_events').select('id').limit(sliceRows)
  const hours = () => read.selectFrom('activity_hourly').select('key').limit(sliceRows)
  const deleteEvents = (ids: number[]) => write.deleteFrom('activity_events').where('id', 'in', ids).execute()
  const deleteHours = (keys: string[]) => write.deleteFrom('activity_hourly').where('key', 'in', keys).execute()

  const keepFrom = now() - config.get('activity_retention_days') * dayMs
  const keepHoursFrom = now() - hourlyKeptMs
  const keepFromId = (await newestEventId(database)) - rowsMax + 1
  const aboveMax = await read
    .selectFrom('activity_hourly')
    .select('hour')
    .orderBy('hour', 'desc')
    .offset(rowsMax)
    .limit(1)
    .executeTakeFirst()
  const keepHoursAfter = aboveMax?.hour ?? 0

  const deleted = [
    await inSlices(
      async () => idsOf(await events().where('at', '<', keepFrom).orderBy('at').execute()),
      deleteEvents,
      signal,
    ),
    await inSlices(
      async () => idsOf(await events().where('id', '<', keepFromId).orderBy('id').execute()),
      deleteEvents,
      signal,
    ),
    await inSlices(
      async () => keysOf(await hours().where('hour', '<', keepHoursFrom).orderBy('hour').execute()),
      deleteHours,
      signal,
    ),
    await inSlices(
      async () => keysOf(await hours().where('hour', '<=', keepHoursAfter).orderBy('hour').execute()),
      deleteHours,
      signal,
    ),
  ]
  return deleted.reduce((sum, count) => sum + count, 0)
}

const idsOf = (rows: { id: number }[]): number[] => rows.map(({ id }) => id)
const keysOf = (rows: { key: string }[]): string[] => rows.map(({ key }) => key)

/** Ids are counted up, so this tells how many events there are at most; counting millions of rows would take too long. */
async function newestEventId({ read }: Platform['database']): Promise<number> {
  const newest = await read.selectFrom('activity_events').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst()
  return newest?.id ?? 0
}

async function inSlices<T>(
  next: () => Promise<T[]>,
  remove: (slice: T[]) => Promise<unknown>,
  signal: AbortSignal,
): Promise<number> {
  let deleted = 0
  while (!signal.aborted) {
    const slice = await next()
    if (slice.length > 0) await remove(slice)
    deleted += slice.length
    if (slice.length < sliceRows) break
    await delay(pauseMs)
  }
  return deleted
}

export function startRetention(platform: Platform): Stop {
  const log = platform.log.child({ component: 'activity' })
  const ended = new AbortController()
  let sweeping = Promise.resolve()
  const sweep = (): void => {
    sweeping = retainActivity(platform, ended.signal).then(
      (deleted) => void (deleted > 0 && log.info({ deleted }, 'old activity deleted')),
      (error: unknown) => log.warn({ err: error }, 'old activity was not deleted'),
    )
  }
  sweep()
  const timer = setInterval(sweep, sweepEveryMs)
  return async () => {
    clearInterval(timer)
    ended.abort()
    await sweeping
  }
}
