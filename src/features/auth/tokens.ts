import { createHmac, timingSafeEqual } from 'node:crypto'
import { errors, jwtVerify, SignJWT } from 'jose'
import { AppError } from '#kernel/errors.ts'
import { secondMs } from '#kernel/time.ts'
import type { Secrets } from '#platform/secrets.ts'

const issuer = 'miktos'
const audience = 'miktos'
const accessType = 'at+jwt'

export interface AccessClaims {
  userId: string
  sessionId: string
  expiresAt: number
}

/** A JWT (RFC 9068 profile), HS256 only, valid for `lifetimeMs`. */
export function signAccessToken(
  secrets: Secrets,
  { userId, sessionId }: Pick<AccessClaims, 'userId' | 'sessionId'>,
  now: number,
  lifetimeMs: number,
): Promise<string> {
  const issuedAtSeconds = Math.floor(now / secondMs)
  return new SignJWT({ sid: sessionId })
    .setProtectedHeader({ alg: 'HS256', typ: accessType })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(userId)
    .setIssuedAt(issuedAtSeconds)
    .setExpirationTime(issuedAtSeconds + Math.floor(lifetimeMs / secondMs))
    .sign(secrets.key('access-token'))
}

/** Throws TOKEN_EXPIRED or UNAUTHENTICATED. What the token's header says of keys is not looked at. */
export async function verifyAccessToken(secrets: Secrets, token: string, now: number): Promise<AccessClaims> {
  try {
    const { payload } = await jwtVerify(token, secrets.key('access-token'), {
      algorithms: ['HS256'],
      typ: accessType,
      issuer,
      audience,
      requiredClaims: ['sub', 'sid', 'exp', 'iat'],
      currentDate: new Date(now),
    })
    return { userId: String(payload.sub), sessionId: String(payload['sid']), expiresAt: payload.exp! * secondMs }
  } catch (error) {
    if (error instanceof errors.JWTExpired)
      throw new AppError('TOKEN_EXPIRED', 'The access token has expired; refresh it')
    throw new AppError('UNAUTHENTICATED', 'The access token is not valid')
  }
}

/** A refresh token names its session and its place in the row of rotations. */
export interface RefreshClaims {
  sessionId: string
  generation: number
}

/**
 * `mr_<session>.<generation>.<mac>`. The MAC covers the session's random nonce, so nothing in the
 * database lets anybody make one, the successor can be computed again during the grace period, and a
 * genuine old token can be told from an invented one.
 */
export function makeRefreshToken(secrets: Secrets, { sessionId, generation }: RefreshClaims, nonce: string): string {
  return `mr_${sessionId}.${generation}.${refreshMac(secrets, sessionId, generation, nonce)}`
}

const refreshMac = (secrets: Secrets, sessionId: string, generation: number, nonce: string): string =>
  createHmac('sha256', secrets.key('refresh-token')).update(`${sessionId}.${generation}.${nonce}`).digest('base64url')

/** What the token claims to be; undefined when it is not even shaped like one. */
export function parseRefreshToken(token: string): (RefreshClaims & { mac: string }) | undefined {
  const match = /^mr_([0-9a-f-]{36})\.(\d{1,9})\.([\w-]{43})$/.exec(token)
  return match ? { sessionId: match[1]!, generation: Number(match[2]), mac: match[3]! } : undefined
}

export function refreshMacMatches(
  secrets: Secrets,
  { sessionId, generation, mac }: RefreshClaims & { mac: string },
  nonce: string,
): boolean {
  return timingSafeEqual(Buffer.from(mac), Buffer.from(refreshMac(secrets, sessionId, generation, nonce)))
}
