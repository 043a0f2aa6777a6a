import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { AppError } from '#kernel/errors.ts'
import { allPermissions } from '#kernel/permissions.ts'
import { minuteMs, secondMs } from '#kernel/time.ts'
import { bootstrapKeyId, confirmSigned, identifyKey, keyPrefix, recheckKey } from '#features/api-keys/index.ts'
import { findRole } from '#features/roles/index.ts'
import { anonymous, systemActor, type Actor } from '#platform/context.ts'
import type { Authenticator } from '#platform/http/request.ts'
import type { Platform } from '#platform/platform.ts'
import { redeemTicket } from './tickets.ts'
import { verifyAccessToken, type AccessClaims } from './tokens.ts'

export const accessCookie = 'miktos_access'
export const refreshCookie = 'miktos_refresh'

/**
 * How old the rights of an actor may be. Changes made through this installation are seen at once, by
 * their event; this bounds what an event cannot tell: another process without a shared bus.
 */
const actorAgeMaxMs = secondMs

const rightsTopics = ['user.*', 'session.*', 'role.*', 'api-key.*', 'auth.*', 'mfa.*']

/**
 * Checks credentials. A signature is verified once and remembered under the token's hash until it
 * expires; whether the session and its user are still good is asked of the database, at most once a second.
 */
export function createAuthenticator(platform: Platform, localToken: string): Authenticator {
  const verified = new LRUCache<string, AccessClaims>({ max: 10_000 })
  const actors = new LRUCache<string, Actor>({ max: 10_000, ttl: actorAgeMaxMs, ttlResolution: 100 })
  for (const topic of rightsTopics) platform.events.subscribe(topic, () => actors.clear())
  platform.events.onReconnect(() => actors.clear())

  const adminToken = platform.config.get('admin_token')
  const localDigest = hash('sha256', localToken, 'base64url')
  const adminDigest = adminToken && hash('sha256', adminToken, 'base64url')

  const lastTokens = new WeakMap<object, { token: string; digest: string }>()
  /**
   * Secrets are compared, and tokens remembered, by their hash: neither its time nor a dump tells them. Only the last
   * of an open connection is kept as it is, which mostly sends the same again: hashing costs more than all the rest.
   */
  const digestOf = (token: string, connection: object = {}): string => {
    const last = lastTokens.get(connection)
    if (last?.token === token) return last.digest
    const digest = hash('sha256', token, 'base64url')
    lastTokens.set(connection, { token, digest })
    return digest
  }

  const load = async (key: string, find: () => Promise<Actor>): Promise<Actor> => {
    const actor = await find()
    actors.set(key, actor)
    return actor
  }

  /** No promise for what is known: a flood of requests would make one each. */
  const remembered = (key: string, find: () => Promise<Actor>): Actor | Promise<Actor> =>
    actors.get(key) ?? load(key, find)

  const verify = async (token: string, digest: string): Promise<Actor> => {
    const claims = await verifyAccessToken(platform.secrets, token, platform.now())
    verified.set(digest, claims)
    return actorOfClaims(claims)
  }

  const actorOfClaims = ({ sessionId, userId, expiresAt }: AccessClaims): Actor | Promise<Actor> => {
    if (expiresAt <= platform.now()) throw new AppError('TOKEN_EXPIRED', 'The access token has expired; refresh it')
    return remembered(`session:${sessionId}`, () => sessionActor(platform, sessionId, userId))
  }

  const session = (token: string, digest: string): Actor | Promise<Actor> => {
    const claims = verified.get(digest)
    return claims ? actorOfClaims(claims) : verify(token, digest)
  }

  const actorOf = async ({ sessionId, keyId, id }: Pick<Actor, 'sessionId' | 'keyId' | 'id'>): Promise<Actor> => {
    if (sessionId) return remembered(`session:${sessionId}`, () => sessionActor(platform, sessionId, id))
    return keyId === bootstrapKeyId ? bootstrapActor : recheckKey(platform, keyId!)
  }

  return {
    cookieName: accessCookie,
    identify: ({ bearer, cookie, ticket }, address, connection) => {
      if (ticket !== undefined) return redeemTicket(platform, ticket).then(actorOf)
      const token = bearer ?? cookie
      if (token === undefined) return anonymous
      const digest = digestOf(token, connection)
      if (bearer === undefined) return session(token, digest)
      if (digest === localDigest) return localActor
      if (digest === adminDigest) return bootstrapActor
      if (bearer.startsWith(keyPrefix)) return remembered(`key:${digest}`, () => identifyKey(platform, bearer, address))
      return session(bearer, digest)
    },
    recheck: async (actor) => ((actor.sessionId ?? actor.keyId) ? actorOf(actor) : actor),
    confirm: async (ctx) => {
      const { kind, authenticatedAt } = ctx.actor
      if (kind === 'system' && ctx.actor.id !== bootstrapActor.id) return
      if (kind !== 'user') return confirmSigned(ctx)
      const ageMaxMs = platform.config.get('reauthentication_minutes') * minuteMs
      if (authenticatedAt === null || platform.now() - authenticatedAt > ageMaxMs) {
        throw new AppError('REAUTHENTICATION_REQUIRED', 'Give your password again first', {
          reauthenticate: '/auth/reauthenticate',
        })
      }
    },
  }
}

/** Who commands of the machine itself act as; whoever may read the data folder is an administrator already. */
const localActor = systemActor('local', 'local command', allPermissions)

/** `ADMIN_TOKEN`: an API key that exists before any user does. */
export const bootstrapActor: Actor = {
  ...systemActor('bootstrap', 'ADMIN_TOKEN', allPermissions),
  kind: 'api-key',
  role: 'admin',
  keyId: bootstrapKeyId,
}

async function sessionActor({ database, now }: Platform, sessionId: string, userId: string): Promise<Actor> {
  const row = await database.read
    .selectFrom('auth_sessions')
    .innerJoin('users', 'users.id', 'auth_sessions.user_id')
    .select([
      'users.id',
      'users.username',
      'users.email',
      'users.role',
      'users.state',
      'users.mfa_enabled_at',
      'revoked_at',
      'expires_at',
      'authenticated_at',
    ])
    .where('auth_sessions.id', '=', sessionId)
    .executeTakeFirst()
  if (!row || row.id !== userId || row.revoked_at !== null || row.state !== 'active' || row.expires_at <= now()) {
    throw new AppError('UNAUTHENTICATED', 'The session has ended; log in again')
  }
  const role = await findRole(database.read, row.role)
  return {
    kind: 'user',
    id: row.id,
    label: row.username,
    role: row.role,
    email: row.email,
    mfaEnabled: row.mfa_enabled_at !== null,
    permissions: new Set(role?.permissions),
    sessionId,
    keyId: null,
    authenticatedAt: row.authenticated_at,
  }
}
