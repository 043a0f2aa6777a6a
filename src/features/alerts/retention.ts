import { dayMs, hourMs } from '#kernel/time.ts'
import type { Platform, Stop } from '#platform/platform.ts'

const sliceRows = 500
/** Alerts that went away before they fired interest nobody for long. */
const unfiredKeptMs = dayMs

/** Deletes resolved alerts, timelines included, that are older than `alerts_retention_days`; returns how many. */
export async function retainAlerts({ config, database, now }: Platform, signal?: AbortSignal): Promise<number> {
  const { read, write } = database
  const keepFrom = now() - config.get('alerts_retention_days') * dayMs
  let deleted = 0
  while (!signal?.aborted) {
    const rows = await read
      .selectFrom('alerts')
      .select('id')
      .where('state', '=', 'resolved')
      .where((where) =>
        where.or([
          where('updated_at', '<', keepFrom),
          where.and([where('fired_at', 'is', null), where('updated_at', '<', now() - unfiredKeptMs)]),
        ]),
      )
      .limit(sliceRows)
      .execute()
    const ids = rows.map(({ id }) => id)
    if (ids.length > 0) {
      await write.deleteFrom('alert_history').where('alert_id', 'in', ids).execute()
      await write.deleteFrom('alerts').where('id', 'in', ids).execute()
    }
    deleted += ids.length
    if (ids.length < sliceRows) break
  }
  return deleted
}

export function startRetention(platform: Platform): Stop {
  const log = platform.log.child({ component: 'alerts' })
  const ended = new AbortController()
  let sweeping = Promise.resolve()
  const sweep = (): void => {
    sweeping = retainAlerts(platform, ended.signal).then(
      (deleted) => void (deleted > 0 && log.info({ deleted }, 'old alerts deleted')),
      (error: unknown) => log.warn({ err: error }, 'old alerts were not deleted'),
    )
  }
  const timer = setInterval(sweep, hourMs)
  return async () => {
    clearInterval(timer)
    ended.abort()
    await sweeping
  }
}
