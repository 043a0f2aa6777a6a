import { AppError } from '#kernel/errors.ts'
import { minuteMs } from '#kernel/time.ts'
import { Context, systemActor } from '#platform/context.ts'
import type { UserRow } from './store.ts'

export const isLocked = ({ locked_until }: UserRow, now: number): boolean => locked_until !== null && locked_until > now

/** Refuses also who gives the right code or password while the account is locked. */
export function requireUnlocked(user: UserRow, now: number): void {
  if (isLocked(user, now)) throw new AppError('INVALID_CREDENTIALS', 'The account is locked after too many attempts')
}

/**
 * Counts a wrong password or code, and locks the account when there were too many. In a transaction
 * of its own, so that what is refused cannot roll it back. For an id that nobody has it does the same work.
 */
export async function countFailedAttempt(ctx: Context, userId: string): Promise<void> {
  const { database, config } = ctx.platform
  const user = await database.transaction(async (tx) => {
    await tx
      .updateTable('users')
      .set((row) => ({ failed_logins: row('failed_logins', '+', 1) }))
      .where('id', '=', userId)
      .execute()
    return tx.selectFrom('users').select('failed_logins').where('id', '=', userId).executeTakeFirst()
  })
  const attemptsMax = config.get('lockout_attempts')
  if (!user || user.failed_logins < attemptsMax) return
  const asSystem = new Context(ctx.platform, systemActor('system', 'Miktos', []), ctx.origin)
  await asSystem.change('user.lock', { kind: 'user', id: userId }, async (tx, note) => {
    const locked_until = ctx.now() + config.get('lockout_minutes') * minuteMs
    await tx.updateTable('users').set({ failed_logins: 0, locked_until }).where('id', '=', userId).execute()
    note.after = { locked_until: new Date(locked_until).toISOString(), failed_logins: user.failed_logins }
  })
}
