import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { secondMs } from '#kernel/time.ts'

/**
 * How a request is signed. The client sends three headers:
 *
 *     x-miktos-timestamp: 1795348800                  Unix seconds, at most 300 s off the server's clock
 *     x-miktos-nonce: 7f1c0e9b52a84d36                16 to 64 of A-Z a-z 0-9 - _, never used before
 *     x-miktos-signature: v1=<hex HMAC-SHA256>        with the key's signing secret (ADMIN_TOKEN: itself)
 *
 * over five lines joined by "\n": the method, path with query exactly as sent, the SHA-256 of the
 * body in hex (of nothing when there is none), timestamp and nonce. With the signing secret
 * `mks_example`, `DELETE /api/v1/admin/users/u1?projects=delete` and no body that is
 *
 *     DELETE
 *     /api/v1/admin/users/u1?projects=delete
 *     e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
 *     1795348800
 *     7f1c0e9b52a84d36
 *
 * and gives `v1=2b18fb15c3c1716de77010d9190e689d68d38f3bd2d02460dbdee00d68b7f062`.
 */
export const signatureHeaders = {
  timestamp: 'x-miktos-timestamp',
  nonce: 'x-miktos-nonce',
  signature: 'x-miktos-signature',
} as const

export interface SignedParts {
  method: string
  /** Path and query exactly as they are sent. */
  path: string
  body: string | Buffer
  /** Unix seconds. */
  timestamp: string
  nonce: string
}

/** The three headers that sign a request made now. */
export function signRequest(
  secret: string,
  { method, path, body = '' }: { method: string; path: string; body?: string | Buffer },
  { now = Date.now(), nonce = randomBytes(16).toString('hex') } = {},
): Record<string, string> {
  const timestamp = String(Math.floor(now / secondMs))
  return {
    [signatureHeaders.timestamp]: timestamp,
    [signatureHeaders.nonce]: nonce,
    [signatureHeaders.signature]: signatureOf(secret, { method, path, body, timestamp, nonce }),
  }
}

export function signatureOf(secret: string, { method, path, body, timestamp, nonce }: SignedParts): string {
  const bodyHash = createHash('sha256').update(body).digest('hex')
  const text = [method.toUpperCase(), path, bodyHash, timestamp, nonce].join('\n')
  return `v1=${createHmac('sha256', secret).update(text).digest('hex')}`
}

export function signatureMatches(secret: string, signature: string, parts: SignedParts): boolean {
  const [given, expected] = [Buffer.from(signature), Buffer.from(signatureOf(secret, parts))]
  return given.length === expected.length && timingSafeEqual(given, expected)
}
