import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { StringDecoder } from 'node:string_decoder'
import { createGunzip } from 'node:zlib'
import { readArchive, type Header, type Part } from './archive.ts'
import { BackupError, deriveKey, isEncrypted, unseal } from './envelope.ts'

interface BackupSummary {
  header: Header
  tables: { name: string; rows: number }[]
  rows: number
  /** Size of the file. */
  bytes: number
}

/** A backup that was read to its end and found whole. */
export interface Backup extends BackupSummary {
  read(): AsyncGenerator<Part>
}

/**
 * Reads all of a backup and checks it against its checksums; changes nothing.
 * @throws BackupError when it is not whole, or the passphrase is another
 */
export async function openBackup(file: string, passphrase: string | undefined): Promise<Backup> {
  let key: Promise<Buffer> | undefined
  const derive: typeof deriveKey = (...from) => (key ??= deriveKey(...from))
  const read = (): AsyncGenerator<Part> =>
    readArchive(linesOf(decompressed(unseal(createReadStream(file), passphrase, derive))))
  const { size } = await stat(file)
  return { ...(await summarize(read())), bytes: size, read }
}

async function summarize(parts: AsyncIterable<Part>): Promise<Omit<BackupSummary, 'bytes'>> {
  let header: Header | undefined
  const tables: BackupSummary['tables'] = []
  for await (const part of parts) {
    if ('header' in part) header = part.header
    if ('end' in part) tables.push({ name: part.end, rows: part.rows })
  }
  if (!header) throw new BackupError('The backup has no header')
  return { header, tables, rows: tables.reduce((sum, { rows }) => sum + rows, 0) }
}

/** @throws BackupError when the file is no backup */
export const isEncryptedBackup = (file: string): Promise<boolean> => isEncrypted(createReadStream(file))

async function* decompressed(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 })
  const fed = pipeline(source, gunzip)
  // An error arrives by way of `gunzip` too, where it is met.
  fed.catch(() => undefined)
  try {
    yield* gunzip
    await fed
  } catch (error) {
    if (isCompressionError(error)) throw new BackupError('The backup is damaged or cut off', { cause: error })
    throw error
  }
}

const isCompressionError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('Z_')

/** Only `\n` ends a line: text in a row may hold every other separator. */
async function* linesOf(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  for await (const piece of source) {
    const lines = (rest + decoder.write(piece)).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}
