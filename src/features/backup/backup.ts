import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { AppError, invalid } from '#kernel/errors.ts'
import { iso } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { Platform } from '#platform/platform.ts'
import { loadOrCreateSecret } from '#platform/secrets.ts'
import { fingerprintOf, writeArchive, type Header } from './archive.ts'
import { seal } from './envelope.ts'
import { openSnapshot, type Snapshot } from './snapshot.ts'

/** One at a time: each holds a snapshot, which keeps the engine from tidying up. */
const running = new WeakSet<Platform>()

/** The bytes of a backup, read from the database while they are sent. */
export async function backUp(ctx: Context, passphrase: string | undefined): Promise<Readable> {
  const { platform } = ctx
  if (passphrase === undefined && ctx.actor.kind !== 'system')
    throw invalid('passphrase', 'Give a passphrase of at least 12 characters')
  if (running.has(platform)) throw new AppError('CONFLICT', 'A backup is running already; wait for it')
  running.add(platform)
  const startedAt = iso(ctx.now())
  const encrypted = passphrase !== undefined
  await ctx
    .audit('backup.create', { kind: 'backup', id: startedAt }, 'ok', { after: { encrypted } })
    .catch((error: unknown) => {
      running.delete(platform)
      throw error
    })
  const bytes = Readable.from(sealedArchive(platform, startedAt, passphrase), { objectMode: false })
  return bytes.once('close', () => running.delete(platform))
}

async function* sealedArchive(
  platform: Platform,
  startedAt: string,
  passphrase: string | undefined,
): AsyncGenerator<Buffer> {
  const snapshot = await openSnapshot(platform.config.get('database_url'))
  try {
    const header = headerOf(platform, startedAt, snapshot, passphrase !== undefined)
    yield* seal(compressed(writeArchive(header, snapshot)), passphrase)
  } finally {
    await snapshot.close()
  }
}

function headerOf(
  { config, secrets, version }: Platform,
  startedAt: string,
  { engine, migrations }: Snapshot,
  encrypted: boolean,
): Header {
  const secret = encrypted ? String(config.get('secret_key') ?? loadOrCreateSecret(config.get('data_dir'))) : null
  return { version, created_at: startedAt, engine, migrations, secret, fingerprint: fingerprintOf(secrets) }
}

const compressedAtOnce = 256 * 1024
const compress = promisify<string, Buffer>(gzip)

/** One gzip member after the other, which together are gzip again. */
async function* compressed(lines: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let waiting = ''
  for await (const line of lines) {
    waiting += line
    if (waiting.length < compressedAtOnce) continue
    yield await compress(waiting)
    waiting = ''
  }
  yield await compress(waiting)
}
