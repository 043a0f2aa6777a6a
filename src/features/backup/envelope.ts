import { createCipheriv, createDecipheriv, randomBytes, scrypt, type ScryptOptions } from 'node:crypto'
import { promisify } from 'node:util'
import * as z from 'zod'

/** A file that is no backup, is damaged or cut off, or was sealed with another passphrase. */
export class BackupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'BackupError'
  }
}

/**
 * The first line of a backup, readable without the passphrase. What follows is gzip, either bare or
 * cut into chunks that are encrypted one by one, so that neither side ever holds the whole of it.
 */
const Envelope = z.discriminatedUnion('encrypted', [
  z.object({ format: z.literal('miktos-backup'), revision: z.literal(1), encrypted: z.literal(false) }),
  z.object({
    format: z.literal('miktos-backup'),
    revision: z.literal(1),
    encrypted: z.literal(true),
    // Bounded: whoever hands us a file does not choose how much memory deriving its key takes.
    scrypt: z.object({
      n: z
        .int()
        .min(2)
        .max(2 ** 18)
        .refine((n) => Number.isInteger(Math.log2(n))),
      r: z.int().min(1).max(8),
      p: z.int().min(1).max(8),
      salt: z.base64(),
    }),
  }),
])

type Envelope = z.output<typeof Envelope>
type EncryptedEnvelope = Extract<Envelope, { encrypted: true }>

/** OWASP's recommendation for scrypt at 64 MiB. */
const recommendedCost = { n: 2 ** 16, r: 8, p: 2 }
const saltBytes = 32
const chunkBytes = 64 * 1024
const tagBytes = 16
const firstLineBytesMax = 4096

/** The bytes of a backup around `plain`; encrypted unless there is no passphrase. */
export async function* seal(
  plain: AsyncIterable<Buffer>,
  passphrase: string | undefined,
  cost = recommendedCost,
): AsyncGenerator<Buffer> {
  const format = { format: 'miktos-backup', revision: 1 } as const
  if (passphrase === undefined) {
    yield firstLine({ ...format, encrypted: false })
    yield* plain
    return
  }
  const salt = randomBytes(saltBytes).toString('base64')
  const envelope: EncryptedEnvelope = { ...format, encrypted: true, scrypt: { ...cost, salt } }
  const head = firstLine(envelope)
  const key = await deriveKey(passphrase, envelope)
  yield head
  for await (const { chunk, index, last } of chunksOf(plain, chunkBytes)) {
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(index, last)).setAAD(head)
    yield Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()])
  }
}

/**
 * What `seal` was given. `passphrase` is asked for only when the file is encrypted.
 * @throws BackupError at the first chunk that is not as it was written, before that chunk is given out
 */
export async function* unseal(
  sealed: AsyncIterable<Buffer>,
  passphrase: string | undefined,
  derive = deriveKey,
): AsyncGenerator<Buffer> {
  const { envelope, head, rest } = await readFirstLine(sealed)
  if (!envelope.encrypted) return yield* rest
  if (passphrase === undefined) throw new BackupError('The backup is encrypted; give its passphrase')
  const key = await derive(passphrase, envelope)
  for await (const { chunk, index, last } of chunksOf(rest, chunkBytes + tagBytes)) {
    yield decrypt(chunk, key, head, index, last)
  }
}

/** Whether a passphrase is needed to read the file. */
export async function isEncrypted(sealed: AsyncIterable<Buffer>): Promise<boolean> {
  const { envelope } = await readFirstLine(sealed)
  return envelope.encrypted
}

const firstLine = (envelope: Envelope): Buffer => Buffer.from(`${JSON.stringify(envelope)}\n`)

const scryptAsync = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)

/** Takes about a quarter of a second, so that guessing passphrases takes for ever. */
export const deriveKey = (passphrase: string, { scrypt: { n, r, p, salt } }: EncryptedEnvelope): Promise<Buffer> =>
  scryptAsync(passphrase.normalize('NFKC'), Buffer.from(salt, 'base64'), 32, {
    N: n,
    r,
    p,
    maxmem: 128 * r * (n + p + 2),
  })

/**
 * The place of the chunk and whether it is the last: a chunk that was moved, left out or repeated
 * does not decrypt, nor does a file whose end is missing. The key serves one file only, so a nonce
 * never comes twice.
 */
function nonceOf(index: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUIntBE(index, 5, 6)
  nonce[11] = last ? 1 : 0
  return nonce
}

function decrypt(chunk: Buffer, key: Buffer, head: Buffer, index: number, last: boolean): Buffer {
  const end = chunk.length - tagBytes
  if (end < 0) throw new BackupError('The backup is cut off')
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(index, last)).setAAD(head)
  decipher.setAuthTag(chunk.subarray(end))
  const plain = decipher.update(chunk.subarray(0, end))
  try {
    return Buffer.concat([plain, decipher.final()])
  } catch (cause) {
    const place = index * (chunkBytes + tagBytes) + head.length
    throw new BackupError(
      index === 0
        ? 'The passphrase is wrong, or the backup is damaged at its beginning'
        : `The backup is damaged or cut off after byte ${place}`,
      { cause },
    )
  }
}

interface Chunk {
  chunk: Buffer
  index: number
  last: boolean
}

/** Chunks of `size` bytes, the last one shorter or full; at least one, even of nothing. */
async function* chunksOf(source: AsyncIterable<Buffer>, size: number): AsyncGenerator<Chunk> {
  let waiting: Buffer[] = []
  let length = 0
  let index = 0
  for await (const piece of source) {
    waiting.push(piece)
    length += piece.length
    // One byte more than a chunk has to be there: only then it is not the last.
    if (length <= size) continue
    let joined = Buffer.concat(waiting)
    for (; joined.length > size; joined = joined.subarray(size)) {
      yield { chunk: joined.subarray(0, size), index: index++, last: false }
    }
    waiting = [joined]
    length = joined.length
  }
  yield { chunk: Buffer.concat(waiting), index, last: true }
}

async function readFirstLine(
  sealed: AsyncIterable<Buffer>,
): Promise<{ envelope: Envelope; head: Buffer; rest: AsyncIterable<Buffer> }> {
  const pieces = sealed[Symbol.asyncIterator]()
  let read = Buffer.alloc(0)
  for (;;) {
    const end = read.indexOf('\n')
    if (end >= 0) {
      const head = read.subarray(0, end + 1)
      return { envelope: parseEnvelope(head), head, rest: continued(read.subarray(end + 1), pieces) }
    }
    const next = read.length > firstLineBytesMax ? undefined : await pieces.next()
    if (next === undefined || next.done) throw notABackup()
    read = Buffer.concat([read, next.value])
  }
}

async function* continued(first: Buffer, pieces: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first
  yield* { [Symbol.asyncIterator]: () => pieces }
}

function parseEnvelope(line: Buffer): Envelope {
  try {
    return Envelope.parse(JSON.parse(line.toString('utf8')))
  } catch (cause) {
    throw notABackup(cause)
  }
}

const notABackup = (cause?: unknown): BackupError =>
  new BackupError('This is not a backup of Miktos, or one of a newer version', { cause })
