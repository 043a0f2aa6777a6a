import { availableParallelism } from 'node:os'
import { randomInt } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import { invalid } from '#kernel/errors.ts'

/** OWASP's recommendation for argon2id: 19 MiB, 2 passes, 1 lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Hashing runs in Node's thread pool, which files need too: a flood of logins may not take all of it. */
const hashingMax = Math.min(3, Math.max(1, availableParallelism()))
let hashing = 0
const waiting: (() => void)[] = []

async function limited<T>(run: () => Promise<T>): Promise<T> {
  if (hashing >= hashingMax) await new Promise<void>((resolve) => waiting.push(resolve))
  else hashing++
  try {
    return await run()
  } finally {
    const next = waiting.shift()
    // The place goes straight to the one that waited longest.
    if (next) next()
    else hashing--
  }
}

export const hashPassword = (password: string): Promise<string> => limited(() => hash(password, cost))

let decoy: Promise<string> | undefined

/** False for a wrong password and, after the same work, for a user who does not exist or has none. */
export async function passwordMatches(storedHash: string | null | undefined, password: string): Promise<boolean> {
  decoy ??= hashPassword('nobody has this password')
  const against = storedHash ?? (await decoy)
  const matches = await limited(() => verify(against, password))
  return matches && typeof storedHash === 'string'
}

/** Throws VALIDATION_FAILED when the password is short, common, or the user's own name. */
export async function requireGoodPassword(
  password: string,
  lengthMin: number,
  names: readonly string[],
  field = 'password',
): Promise<void> {
  if ([...password].length < lengthMin) throw invalid(field, `Use at least ${lengthMin} characters`)
  const lower = password.toLowerCase()
  if (names.some((name) => name.toLowerCase() === lower || name.split('@')[0]!.toLowerCase() === lower)) {
    throw invalid(field, 'Do not use your own name or address')
  }
  if ((await commonPasswords()).has(lower))
    throw invalid(field, 'This password is on every list of common ones; choose another')
}

let common: Promise<Set<string>> | undefined

/** Loaded when the first password is set: most starts need none of it. */
function commonPasswords(): Promise<Set<string>> {
  common ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) => new Set(Object.values(dictionary).flat().map(String)),
  )
  return common
}

// Without 0 O 1 l I, which people misread.
const alphabet = '23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ'

/** 20 characters, 115 bits. */
export const generatePassword = (): string =>
  Array.from({ length: 20 }, () => alphabet[randomInt(alphabet.length)]).join('')
