import { secondMs } from '#kernel/time.ts'
import { Context, systemActor } from '#platform/context.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import { loseSession, unlessMoved } from './report.ts'
import { graceMs, type Runners } from './runners.ts'
import { activeStatuses } from './status.ts'

const lookEveryMs = 5 * secondMs

/** Stores which runners live, and marks the sessions of those that do not as lost. */
export function startWatch(platform: Platform, runners: Runners): Stop {
  const ctx = new Context(platform, systemActor('system', 'Miktos', []), {
    requestId: null,
    address: null,
    userAgent: null,
  })
  const startedAt = platform.now()
  let running: Promise<void> = Promise.resolve()
  const look = async (): Promise<void> => {
    await storeSigns(platform, runners)
    // While no server ran, no runner could be heard.
    if (platform.now() - startedAt > graceMs) await loseSilent(ctx)
  }
  const timer = setInterval(() => {
    running = look().catch((error: unknown) =>
      platform.log.child({ component: 'runners' }).warn({ err: error }, 'runners were not looked after'),
    )
  }, lookEveryMs)
  return async () => {
    clearInterval(timer)
    await running
  }
}

async function storeSigns({ database, now }: Platform, runners: Runners): Promise<void> {
  const alive = runners.all().filter(({ heardAt }) => now() - heardAt <= graceMs)
  if (alive.length === 0) return
  await database.measurement((tx) =>
    tx
      .updateTable('runners')
      .set({ seen_at: now() })
      .where(
        'id',
        'in',
        alive.map(({ id }) => id),
      )
      .execute(),
  )
}

/** Every server may do this: of two at once the second finds that nothing is left to do. */
async function loseSilent(ctx: Context): Promise<void> {
  const sessions = await ctx.db
    .selectFrom('automation_sessions')
    .innerJoin('runners', 'runners.id', 'automation_sessions.runner_id')
    .selectAll('automation_sessions')
    .where('automation_sessions.status', 'in', [...activeStatuses])
    .where('runners.seen_at', '<', ctx.now() - graceMs)
    .execute()
  for (const session of sessions) {
    await unlessMoved(loseSession(ctx, session, 'Nothing was heard of its runner'))
  }
}
