import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { backupEndpoints } from '#features/backup/contract.ts'
import { readNewSecret } from '../ask.ts'
import { withApi, type CommandContext } from '../connect.ts'
import { CommandError } from '../failure.ts'
import { sizeText } from '../size.ts'
import { bold, type Terminal } from '../terminal.ts'

interface Options {
  passphraseFile?: string
  encrypt: boolean
  force?: boolean
}

/** The file has its name only once all of it is on the disk. */
export async function backup(
  context: CommandContext,
  [file = '']: string[],
  { passphraseFile, encrypt, force }: Options,
): Promise<void> {
  const { terminal } = context
  if (existsSync(file) && !force)
    throw new CommandError('conflict', `${file} is there already`, 'Add --force to replace it')
  const passphrase = encrypt ? await readPassphrase(terminal, passphraseFile) : undefined
  const written = await withApi(context, async (api) => {
    if (!api.isLocal && passphrase === undefined)
      throw new CommandError('usage', 'Only on the machine itself may a backup be written without encryption')
    return write(file, await api.download(backupEndpoints.create, { body: { passphrase } }))
  })
  terminal.result({ file, encrypted: encrypt, ...written }, () => {
    terminal.say('Wrote ', bold(file), ` (${sizeText(written.bytes)}, sha256 ${written.sha256})`)
    if (!encrypt)
      terminal.warn(
        'It is not encrypted, and does not hold the installation secret: keep secret.key of the data directory too',
      )
  })
}

async function readPassphrase(terminal: Terminal, file: string | undefined): Promise<string> {
  const passphrase = await readNewSecret(terminal, 'Passphrase of at least 12 characters: ', { file })
  if (passphrase === undefined)
    throw new CommandError(
      'usage',
      'The passphrase is missing',
      'Add --passphrase-file FILE, - for standard input, or --no-encrypt',
    )
  return passphrase
}

async function write(file: string, bytes: Readable): Promise<{ bytes: number; sha256: string }> {
  const partial = `${file}.partial`
  const handle = await open(partial, 'w', 0o600)
  try {
    const written = await copy(bytes, handle)
    await handle.sync()
    await rename(partial, file)
    return written
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  } finally {
    await handle.close()
  }
}

async function copy(source: Readable, handle: FileHandle): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const piece of source) {
    const buffer = piece as Buffer
    hash.update(buffer)
    bytes += buffer.length
    await handle.writeFile(buffer)
  }
  return { bytes, sha256: hash.digest('hex') }
}
