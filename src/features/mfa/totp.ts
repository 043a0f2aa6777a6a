import { secondMs } from '#kernel/time.ts'
import type { Secrets } from '#platform/secrets.ts'

/** What every authenticator app understands without being told (RFC 6238): SHA-1, 6 digits, 30 s. */
const periodSeconds = 30

export interface TotpEnrolment {
  /** Base32, 160 bits. */
  secret: string
  otpauthUrl: string
  /** The URL as a picture, for `<img src>`. */
  qrSvgDataUrl: string
}

// The libraries are loaded when somebody first uses a code: most starts need neither.
const otplib = () => import('otplib')
const qrcode = () => import('qrcode')

export async function newEnrolment(label: string): Promise<TotpEnrolment> {
  const { generateSecret, generateURI } = await otplib()
  const secret = generateSecret()
  const otpauthUrl = generateURI({ issuer: 'Miktos', label, secret })
  const svg = await (await qrcode()).default.toString(otpauthUrl, { type: 'svg', margin: 2 })
  return { secret, otpauthUrl, qrSvgDataUrl: `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}` }
}

/**
 * The time step whose code this is: the current one, the one before or the one after, for clocks
 * that differ. Undefined for any other code.
 */
export async function totpStep(secret: string, code: string, now: number): Promise<number | undefined> {
  if (!/^\d{6}$/.test(code)) return undefined
  const { verifySync } = await otplib()
  const epoch = Math.floor(now / secondMs)
  const result = verifySync({ secret, token: code, epoch, epochTolerance: periodSeconds })
  return result.valid ? Math.floor(epoch / periodSeconds) + result.delta : undefined
}

const sealedFor = (userId: string): string => `users.mfa:${userId}`

export const sealTotpSecret = (secrets: Secrets, userId: string, secret: string): string =>
  secrets.seal(secret, sealedFor(userId))
export const openTotpSecret = (secrets: Secrets, userId: string, sealed: string): string =>
  secrets.open(sealed, sealedFor(userId))
