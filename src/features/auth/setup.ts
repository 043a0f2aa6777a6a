import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { AppError } from '#kernel/errors.ts'
import { minuteMs } from '#kernel/time.ts'
import {
  administratorRole,
  audited,
  hasAdministrator,
  insertUser,
  newUserRow,
  type UserRow,
} from '#features/users/index.ts'
import type { Context } from '#platform/context.ts'
import { lockInvariant } from '#platform/database/open.ts'

export interface FirstAdministrator {
  email: string
  username?: string | undefined
  password: string
}

/** The one-time token that makes the first administrator; it lives in this process only. */
export interface SetupToken {
  /** Makes a token, valid for 15 minutes; one made before is void. */
  issue(now: number): string
  /** Throws INVALID_CREDENTIALS unless this is the token and its time has not passed. */
  require(token: string, now: number): void
  spend(): void
}

const lifetimeMs = 15 * minuteMs
const digest = (token: string): Buffer => createHash('sha256').update(token).digest()

export function createSetupToken(): SetupToken {
  let current: { hash: Buffer; expiresAt: number } | undefined
  return {
    issue: (now) => {
      const token = randomBytes(16).toString('base64url')
      current = { hash: digest(token), expiresAt: now + lifetimeMs }
      return token
    },
    require: (token, now) => {
      if (!current || now >= current.expiresAt || !timingSafeEqual(current.hash, digest(token))) {
        throw new AppError(
          'INVALID_CREDENTIALS',
          'The set-up link is wrong or older than 15 minutes; restart Miktos for a new one',
        )
      }
    },
    spend: () => {
      current = undefined
    },
  }
}

/** Throws GONE when there is, or ever was, an administrator: set-up happens once. */
export async function createFirstAdministrator(ctx: Context, input: FirstAdministrator): Promise<UserRow> {
  if (await hasAdministrator(ctx.db)) throw alreadySetUp()
  const user = await newUserRow(ctx, { ...input, role: administratorRole }, 'active')
  await ctx.change('auth.setup', { kind: 'user', id: user.id }, async (tx, note) => {
    await lockInvariant(tx, 'setup')
    if (await hasAdministrator(tx)) throw alreadySetUp()
    await insertUser(tx, user)
    note.after = audited(user)
  })
  return user
}

const alreadySetUp = (): AppError => new AppError('GONE', 'Miktos is set up already; log in')
