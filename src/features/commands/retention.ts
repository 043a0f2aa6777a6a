import { dayMs, hourMs } from '#kernel/time.ts'
import type { Platform, Stop } from '#platform/platform.ts'

const batchMax = 500

/** Forgets commands, and what they wrote, that are older than `commands_retention_days`. */
export function startRetention(platform: Platform): Stop {
  const { database, config, now, log } = platform
  const forget = async (): Promise<void> => {
    const before = now() - config.get('commands_retention_days') * dayMs
    for (;;) {
      const old = await database.read
        .selectFrom('commands')
        .select('id')
        .where('created_at', '<', before)
        .where('ended_at', 'is not', null)
        .limit(batchMax)
        .execute()
      if (old.length === 0) return
      const ids = old.map(({ id }) => id)
      await database.measurement((tx) => tx.deleteFrom('commands').where('id', 'in', ids).execute())
    }
  }
  const timer = setInterval(() => {
    forget().catch((error: unknown) =>
      log.child({ component: 'commands' }).warn({ err: error }, 'old commands were not forgotten'),
    )
  }, hourMs)
  return () => clearInterval(timer)
}
