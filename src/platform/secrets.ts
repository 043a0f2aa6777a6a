import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Keys for one purpose each, and encryption at rest, all from one secret that never enters the database. */
export interface Secrets {
  /** 32 bytes that are the same for the same purpose and tell nothing about the others (HKDF-SHA256, RFC 5869). */
  key(purpose: string): Buffer
  /** AES-256-GCM; `owner` (table and row) is authenticated, so a value moved to another row does not decrypt. */
  seal(plaintext: string, owner: string): string
  /** Throws when the value was altered, moved, or sealed under another key. */
  open(sealed: string, owner: string): string
}

export function secretsFrom(secret: string | Buffer): Secrets {
  const key = (purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secret, 'miktos', purpose, 32))
  const sealing = key('seal')
  return {
    key,
    seal: (plaintext, owner) => {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', sealing, nonce).setAAD(Buffer.from(owner))
      const body = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()])
      return `v1.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')}`
    },
    open: (sealed, owner) => {
      const bytes = Buffer.from(sealed.replace(/^v1\./, ''), 'base64url')
      const decipher = createDecipheriv('aes-256-gcm', sealing, bytes.subarray(0, 12)).setAAD(Buffer.from(owner))
      decipher.setAuthTag(bytes.subarray(12, 28))
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
    },
  }
}

/** The installation's own secret, made on first start and readable by its owner alone. */
export function loadOrCreateSecret(dataDir: string): Buffer {
  const file = join(dataDir, 'secret.key')
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    try {
      // `wx`: of two servers that start at the same moment one writes and both read the same.
      writeFileSync(file, `${randomBytes(48).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
  chmodSync(file, 0o600)
  return Buffer.from(readFileSync(file, 'utf8').trim())
}
