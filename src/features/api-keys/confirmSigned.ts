import { AppError } from '#kernel/errors.ts'
import { hourMs, secondMs } from '#kernel/time.ts'
import { isDuplicate } from '#platform/database/failures.ts'
import type { RequestContext } from '#platform/http/request.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import { signatureHeaders, signatureMatches } from './signature.ts'
import { findKey } from './store.ts'

/** The id under which `ADMIN_TOKEN` acts; it has no row. */
export const bootstrapKeyId = 'bootstrap'

/** What a sealed signing secret is bound to. */
export const signingOwner = (keyId: string): string => `api_keys.signing:${keyId}`

/** How far the client's clock may be off. */
const clockToleranceMs = 300 * secondMs

/**
 * Throws SIGNATURE_REQUIRED unless the request of a key for a sensitive operation is signed as it
 * has to be: always when the key has a signing secret, by setting `signed_requests` otherwise. A
 * signature that is there is checked even where none is needed.
 */
export async function confirmSigned(ctx: RequestContext): Promise<void> {
  const { config } = ctx.platform
  const keyId = ctx.actor.keyId ?? ''
  const ownSecret = await signingSecret(ctx.platform, keyId)
  const secret = keyId === bootstrapKeyId ? config.get('admin_token') : ownSecret
  const { timestamp, nonce, signature } = signatureOn(ctx)
  const isSigned = timestamp !== undefined || nonce !== undefined || signature !== undefined

  if (!isSigned && ownSecret === undefined && config.get('signed_requests') === 'optional') return
  if (!secret)
    throw refused('This API key has no signing secret; make a key that has one', { missing: ['signing_secret'] })
  if (timestamp === undefined || nonce === undefined || signature === undefined) {
    const missing = Object.values(signatureHeaders).filter((header) => ctx.incoming.headers[header] === undefined)
    throw refused(`Sign this request: it lacks ${missing.join(', ')}`, { missing })
  }
  await verify(ctx, keyId, secret, { timestamp, nonce, signature })
}

const refused = (message: string, details: Record<string, unknown>): AppError =>
  new AppError('SIGNATURE_REQUIRED', message, details)

async function signingSecret({ database, secrets }: Platform, keyId: string): Promise<string | undefined> {
  const sealed = (await findKey(database.read, keyId))?.signing_secret_sealed
  return sealed ? secrets.open(sealed, signingOwner(keyId)) : undefined
}

interface Signature {
  timestamp: string
  nonce: string
  signature: string
}

const signatureOn = ({
  incoming: { headers },
}: RequestContext): Partial<Record<keyof Signature, string | undefined>> => ({
  timestamp: headers[signatureHeaders.timestamp]?.toString(),
  nonce: headers[signatureHeaders.nonce]?.toString(),
  signature: headers[signatureHeaders.signature]?.toString(),
})

async function verify(
  ctx: RequestContext,
  keyId: string,
  secret: string,
  { timestamp, nonce, signature }: Signature,
): Promise<void> {
  const { method, url, rawBody } = ctx.incoming
  const signedAt = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) * secondMs : 0
  if (Math.abs(ctx.now() - signedAt) > clockToleranceMs) {
    throw refused('The time of the signature is more than 300 s off', {
      invalid: [signatureHeaders.timestamp],
      server_time: Math.floor(ctx.now() / secondMs),
    })
  }
  if (!/^[\w-]{16,64}$/.test(nonce)) {
    throw refused('The nonce has to be 16 to 64 of A-Z a-z 0-9 - _', { invalid: [signatureHeaders.nonce] })
  }
  if (!signatureMatches(secret, signature, { method, path: url, body: rawBody, timestamp, nonce })) {
    throw refused('The signature does not match the request', { invalid: [signatureHeaders.signature] })
  }
  // Twice the tolerance: another server's clock may be behind this one's.
  await spendNonce(ctx.platform, `${keyId}:${nonce}`, signedAt + 2 * clockToleranceMs)
}

/** The primary key decides which of several equal requests is the first, whichever servers they reach. */
async function spendNonce({ database }: Platform, nonce: string, expires_at: number): Promise<void> {
  try {
    await database.write.insertInto('request_nonces').values({ nonce, expires_at }).execute()
  } catch (error) {
    if (isDuplicate(error)) throw refused('The nonce was used before', { invalid: [signatureHeaders.nonce] })
    throw error
  }
}

/** Forgets nonces whose signatures are too old to be accepted again. */
export function startNonceSweep({ database, now, log }: Platform): Stop {
  const timer = setInterval(() => {
    database.write
      .deleteFrom('request_nonces')
      .where('expires_at', '<', now())
      .execute()
      .catch((error: unknown) => log.warn({ component: 'api-keys', err: error }, 'nonce sweep failed'))
  }, hourMs)
  return () => clearInterval(timer)
}
