import { createHmac, randomInt } from 'node:crypto'
import type { Secrets } from '#platform/secrets.ts'

const codesCount = 10

// Without 0 o 1 l i, which people misread.
const alphabet = '23456789abcdefghjkmnpqrstuvwxyz'

/** Ten of `xxxx-xxxx-xx`, 49 bits each. */
export const generateRecoveryCodes = (): string[] => Array.from({ length: codesCount }, generateCode)

function generateCode(): string {
  const letters = Array.from({ length: 10 }, () => alphabet[randomInt(alphabet.length)]).join('')
  return `${letters.slice(0, 4)}-${letters.slice(4, 8)}-${letters.slice(8)}`
}

/**
 * Keyed, so that a copy of the database alone gives nobody a way to try codes; hyphens, spaces and
 * capitals make no difference.
 */
export function hashRecoveryCode(secrets: Secrets, userId: string, code: string): string {
  const letters = code.toLowerCase().replace(/[^a-z0-9]/g, '')
  return createHmac('sha256', secrets.key('recovery-code')).update(`${userId}:${letters}`).digest('hex')
}
