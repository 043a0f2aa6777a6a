import { randomBytes } from 'node:crypto'
import { AppError, notFound } from '#kernel/errors.ts'
import { newId } from '#kernel/id.ts'
import { minuteMs, secondMs } from '#kernel/time.ts'
import { findUser } from '#features/users/index.ts'
import { Context, systemActor } from '#platform/context.ts'
import type { ReadDb, Tx } from '#platform/database/database.ts'
import type { Migration } from '#platform/database/schema.ts'
import { makeRefreshToken, parseRefreshToken, refreshMacMatches, signAccessToken } from './tokens.ts'

/** One login. Its refresh tokens are a row of generations of which only the newest is good. */
export interface SessionRow {
  id: string
  user_id: string
  nonce: string
  generation: number
  rotated_at: number
  created_at: number
  last_seen_at: number
  /** When the person last gave password or code. */
  authenticated_at: number
  expires_at: number
  revoked_at: number | null
  revoked_reason: string | null
  address: string | null
  user_agent: string | null
}

declare module '#platform/database/database.ts' {
  interface Tables {
    auth_sessions: SessionRow
  }
}

export const sessionMigrations: Migration[] = [
  {
    name: '2026-11-22.12-auth-sessions',
    up: async (schema) => {
      await schema.table('auth_sessions', (table) =>
        table
          .addColumn('id', schema.id, (column) => column.primaryKey())
          .addColumn('user_id', schema.id, (column) => column.notNull().references('users.id').onDelete('cascade'))
          .addColumn('nonce', schema.id, (column) => column.notNull())
          .addColumn('generation', schema.integer, (column) => column.notNull())
          .addColumn('rotated_at', schema.integer, (column) => column.notNull())
          .addColumn('created_at', schema.integer, (column) => column.notNull())
          .addColumn('last_seen_at', schema.integer, (column) => column.notNull())
          .addColumn('authenticated_at', schema.integer, (column) => column.notNull())
          .addColumn('expires_at', schema.integer, (column) => column.notNull())
          .addColumn('revoked_at', schema.integer)
          .addColumn('revoked_reason', schema.line)
          .addColumn('address', schema.id)
          .addColumn('user_agent', schema.line),
      )
      await schema.index('auth_sessions', ['user_id', 'revoked_at'])
      await schema.index('auth_sessions', ['expires_at'])
    },
  },
]

export interface IssuedTokens {
  access_token: string
  refresh_token: string
  token_type: 'Bearer'
  expires_in: number
  refresh_expires_in: number
}

/** How long a token that was just exchanged still gives the same successor: two tabs, one lost answer. */
export const graceMs = 10 * secondMs

/** A new session's row, to insert in the transaction of the login. */
export function newSession(ctx: Context, userId: string): SessionRow {
  const now = ctx.now()
  return {
    id: newId(),
    user_id: userId,
    nonce: randomBytes(16).toString('base64url'),
    generation: 1,
    rotated_at: now,
    created_at: now,
    last_seen_at: now,
    authenticated_at: now,
    expires_at: now + ctx.platform.config.get('auth_token_expire_minutes') * minuteMs,
    revoked_at: null,
    revoked_reason: null,
    address: ctx.origin.address,
    user_agent: ctx.origin.userAgent,
  }
}

/** The pair of tokens of the session's current generation. */
export async function issueTokens(
  ctx: Context,
  session: Pick<SessionRow, 'id' | 'user_id' | 'nonce' | 'generation' | 'expires_at'>,
): Promise<IssuedTokens> {
  const { secrets, config } = ctx.platform
  const now = ctx.now()
  const lifetimeMs = Math.min(config.get('access_token_minutes') * minuteMs, session.expires_at - now)
  return {
    access_token: await signAccessToken(secrets, { userId: session.user_id, sessionId: session.id }, now, lifetimeMs),
    refresh_token: makeRefreshToken(secrets, { sessionId: session.id, generation: session.generation }, session.nonce),
    token_type: 'Bearer',
    expires_in: Math.floor(lifetimeMs / secondMs),
    refresh_expires_in: Math.floor((session.expires_at - now) / secondMs),
  }
}

/**
 * Exchanges a refresh token. Of any number of simultaneous calls one moves the session on and the
 * others, within the grace period, get the same successor. A genuine token from further back means
 * that somebody has a copy: the session ends.
 */
export async function rotateSession(ctx: Context, token: string): Promise<IssuedTokens> {
  const { database, secrets } = ctx.platform
  const claims = parseRefreshToken(token)
  const session = claims && (await findSession(database.write, claims.sessionId))
  if (!claims || !session || !refreshMacMatches(secrets, claims, session.nonce)) throw refused()
  requireLive(session, ctx.now())
  await requireActiveUser(ctx, session.user_id)
  const successor = { ...session, generation: claims.generation + 1 }

  const { numUpdatedRows } = await database.transaction((tx) =>
    tx
      .updateTable('auth_sessions')
      .set({ generation: successor.generation, rotated_at: ctx.now(), last_seen_at: ctx.now() })
      .where('id', '=', session.id)
      .where('generation', '=', claims.generation)
      .where('revoked_at', 'is', null)
      .executeTakeFirst(),
  )
  if (numUpdatedRows === 1n) return issueTokens(ctx, successor)

  const current = await findSession(database.write, session.id)
  if (!current) throw refused()
  requireLive(current, ctx.now())
  const isParent = claims.generation === current.generation - 1
  if (isParent && ctx.now() - current.rotated_at <= graceMs) return issueTokens(ctx, successor)
  await revokeReused(ctx, current)
  throw refused()
}

const refused = (): AppError => new AppError('INVALID_CREDENTIALS', 'The refresh token is not valid; log in again')

function requireLive({ revoked_at, expires_at }: SessionRow, now: number): void {
  if (revoked_at !== null) throw refused()
  if (expires_at <= now) throw new AppError('TOKEN_EXPIRED', 'The session has expired; log in again')
}

async function requireActiveUser(ctx: Context, userId: string): Promise<void> {
  const user = await findUser(ctx.db, userId)
  if (user?.state !== 'active') throw refused()
}

async function revokeReused(ctx: Context, session: SessionRow): Promise<void> {
  const asSystem = new Context(ctx.platform, systemActor('system', 'Miktos', []), ctx.origin)
  await revokeSessions(
    asSystem,
    'session.reuse-detected',
    session.user_id,
    [session.id],
    'a used refresh token came again',
  )
}

export const findSession = (db: ReadDb | Tx, id: string): Promise<SessionRow | undefined> =>
  db.selectFrom('auth_sessions').selectAll().where('id', '=', id).executeTakeFirst()

export const liveSessions = (db: ReadDb, userId: string, now: number): Promise<SessionRow[]> =>
  db
    .selectFrom('auth_sessions')
    .selectAll()
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('last_seen_at', 'desc')
    .execute()

/** Ends sessions of one user; open sockets hear of it by the event. */
export function revokeSessions(
  ctx: Context,
  action: string,
  userId: string,
  ids: readonly string[],
  reason: string,
): Promise<void> {
  return ctx.change(action, { kind: 'user', id: userId }, async (tx, note) => {
    await tx
      .updateTable('auth_sessions')
      .set({ revoked_at: ctx.now(), revoked_reason: reason })
      .where('user_id', '=', userId)
      .where('id', 'in', ids.length > 0 ? [...ids] : [''])
      .where('revoked_at', 'is', null)
      .execute()
    note.after = { sessions: ids, reason }
    note.event = { session_ids: ids }
  })
}

export async function revokeOwnSession(ctx: Context, id: string): Promise<void> {
  const session = await findSession(ctx.db, id)
  if (!session || session.user_id !== ctx.actor.id || session.revoked_at !== null) throw notFound('session', id)
  await revokeSessions(ctx, 'session.revoke', ctx.actor.id, [id], 'ended by the user')
}
