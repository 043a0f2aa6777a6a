import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import type { KeyRow } from './store.ts'

export const keyPrefix = 'mk_'

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const randomWord = (length: number): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('')

export interface NewKey {
  /** `mk_<8 characters>_<43 characters>`; kept nowhere. */
  key: string
  prefix: string
  secret_hash: string
}

export function generateKey(): NewKey {
  const prefix = keyPrefix + randomWord(8)
  const key = `${prefix}_${randomBytes(32).toString('base64url')}`
  return { key, prefix, secret_hash: digest(key).toString('hex') }
}

/** 256 bits for signing requests. */
export const generateSigningSecret = (): string => `mks_${randomBytes(32).toString('base64url')}`

/** The part of a key by which it is found; undefined when the text is not even shaped like one. */
export const prefixOf = (key: string): string | undefined => /^(mk_[0-9A-Za-z]{8})_[\w-]{43}$/.exec(key)?.[1]

export const keyMatches = ({ secret_hash }: Pick<KeyRow, 'secret_hash'>, key: string): boolean =>
  timingSafeEqual(Buffer.from(secret_hash, 'hex'), digest(key))

const digest = (key: string): Buffer => createHash('sha256').update(key).digest()
