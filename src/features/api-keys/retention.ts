import { AppError } from '#kernel/errors.ts'
import { dayMs, hourMs, minuteMs } from '#kernel/time.ts'
import { Context, systemActor } from '#platform/context.ts'
import type { Platform, Stop } from '#platform/platform.ts'

const sliceLength = 1_000

const origin = { requestId: null, address: null, userAgent: null }

/**
 * Deletes keys that were revoked or expired more than `api_key_retention_days` ago; returns how many.
 * What was done with them stays in the audit log under their names.
 */
export async function removeEndedKeys(ctx: Context): Promise<number> {
  const before = ctx.now() - ctx.platform.config.get('api_key_retention_days') * dayMs
  let removed = 0
  for (let ids = await endedBefore(ctx, before); ids.length > 0; ids = await endedBefore(ctx, before)) {
    removed += await removeSlice(ctx, ids)
  }
  return removed
}

async function endedBefore({ db }: Context, before: number): Promise<string[]> {
  const keys = await db
    .selectFrom('api_keys')
    .select('id')
    .where((row) => row.or([row('revoked_at', '<', before), row('expires_at', '<', before)]))
    .limit(sliceLength)
    .execute()
  return keys.map(({ id }) => id)
}

function removeSlice(ctx: Context, ids: readonly string[]): Promise<number> {
  return ctx.change('api-key.retention', { kind: 'api-key', id: 'ended' }, async (tx, note) => {
    const { numDeletedRows } = await tx.deleteFrom('api_keys').where('id', 'in', ids).executeTakeFirst()
    if (numDeletedRows === 0n) throw new AppError('CONFLICT', 'Another server removed these keys just now')
    note.after = { removed: Number(numDeletedRows) }
    return Number(numDeletedRows)
  })
}

export function startKeyRetention(platform: Platform): Stop {
  const log = platform.log.child({ component: 'api-keys' })
  const ctx = new Context(platform, systemActor('system', 'Miktos', []), origin)
  const sweep = (): void => {
    removeEndedKeys(ctx).then(
      (removed) => void (removed > 0 && log.info({ removed }, 'ended API keys deleted')),
      (error: unknown) => log.warn({ err: error }, 'ended API keys were not deleted'),
    )
  }
  // Not while starting, and not in all servers of an installation at the same moment.
  const timers = [setInterval(sweep, hourMs), setTimeout(sweep, minuteMs * (1 + Math.random()))]
  return () => timers.forEach(clearTimeout)
}
