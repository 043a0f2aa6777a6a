import { promisify } from 'node:util'
import {
  constants,
  gunzip,
  gunzipSync,
  inflate,
  inflateRaw,
  inflateRawSync,
  inflateSync,
  zstdDecompress,
  zstdDecompressSync,
} from 'node:zlib'
import { uncompress, uncompressSync } from 'snappy'
import { AppError } from '#kernel/errors.ts'
import type { IngestCaps } from './caps.ts'

/** Below this, handing a body to the thread pool costs more than decompressing it. */
const atOnceBytesMax = 128 * 1024
/** What RFC 8878 asks every decoder to support; more would let a frame of a few bytes claim memory. */
const zstdWindowLogMax = 23
/** A copy of 3 bytes makes 64; a body that declares more growth is lying. */
const snappyGrowthMax = 22

/** How a body is packed; `none` as `identity`. */
export type Encoding = 'none' | 'snappy' | 'gzip' | 'deflate' | 'zstd'

const spellings: Record<string, Encoding> = {
  '': 'none',
  identity: 'none',
  snappy: 'snappy',
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
  zstd: 'zstd',
}

/** @throws AppError UNSUPPORTED_MEDIA_TYPE */
export function encodingOf(header: string | undefined, accepted: readonly Encoding[]): Encoding {
  const spelling = (header ?? '').trim().toLowerCase()
  const encoding = Object.hasOwn(spellings, spelling) ? spellings[spelling] : undefined
  if (encoding !== undefined && accepted.includes(encoding)) return encoding
  const names = accepted.filter((name) => name !== 'none').join(', ')
  throw new AppError(
    'UNSUPPORTED_MEDIA_TYPE',
    `Content-Encoding ${JSON.stringify(spelling.slice(0, 40))} is not understood here; send ${names} or none`,
  )
}

type Caps = Pick<IngestCaps, 'encodedBytesMax' | 'decodedBytesMax'>

/**
 * The body unpacked. Stops as soon as the cap is passed, so that a bomb costs no more than the cap.
 * @throws AppError PAYLOAD_TOO_LARGE, MALFORMED_REQUEST
 */
export async function unpack(body: Uint8Array, encoding: Encoding, caps: Caps): Promise<Buffer> {
  if (body.byteLength > caps.encodedBytesMax) throw tooLarge(body.byteLength, caps.encodedBytesMax)
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  if (encoding === 'none') return bytes
  if (encoding === 'snappy') checkDeclared(bytes, caps.decodedBytesMax)
  try {
    return bytes.length <= atOnceBytesMax
      ? unpackers[encoding].atOnce(bytes, caps.decodedBytesMax)
      : await unpackers[encoding].aside(bytes, caps.decodedBytesMax)
  } catch (error) {
    if (error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
      throw tooLarge(undefined, caps.decodedBytesMax)
    const reason = error instanceof Error ? error.message : String(error)
    throw new AppError('MALFORMED_REQUEST', `The body is not valid ${encoding}: ${reason.slice(0, 200)}`)
  }
}

export function tooLarge(bytes: number | undefined, bytesMax: number): AppError {
  const size = bytes === undefined ? `more than ${bytesMax}` : bytes
  return new AppError('PAYLOAD_TOO_LARGE', `request body too large: ${size} bytes, limit: ${bytesMax} bytes`, {
    bytes_max: bytesMax,
  })
}

interface Unpacker {
  atOnce: (bytes: Buffer, bytesMax: number) => Buffer
  aside: (bytes: Buffer, bytesMax: number) => Promise<Buffer>
}

const limits = (bytesMax: number) => ({ maxOutputLength: bytesMax, chunkSize: 256 * 1024 })
const zstdLimits = (bytesMax: number) => ({
  ...limits(bytesMax),
  params: { [constants.ZSTD_d_windowLogMax]: zstdWindowLogMax },
})

const gunzipAside = promisify(gunzip)
const inflateAside = promisify(inflate)
const inflateRawAside = promisify(inflateRaw)
const zstdAside = promisify(zstdDecompress)

const unpackers: Record<Exclude<Encoding, 'none'>, Unpacker> = {
  snappy: {
    atOnce: (bytes) => asBuffer(uncompressSync(bytes, copied)),
    aside: async (bytes) => asBuffer(await uncompress(bytes, copied)),
  },
  gzip: {
    atOnce: (bytes, bytesMax) => gunzipSync(bytes, limits(bytesMax)),
    aside: (bytes, bytesMax) => gunzipAside(bytes, limits(bytesMax)),
  },
  deflate: {
    atOnce: (bytes, bytesMax) => (hasZlibHeader(bytes) ? inflateSync : inflateRawSync)(bytes, limits(bytesMax)),
    aside: (bytes, bytesMax) => (hasZlibHeader(bytes) ? inflateAside : inflateRawAside)(bytes, limits(bytesMax)),
  },
  zstd: {
    atOnce: (bytes, bytesMax) => zstdDecompressSync(bytes, zstdLimits(bytesMax)),
    aside: (bytes, bytesMax) => zstdAside(bytes, zstdLimits(bytesMax)),
  },
}

/** Otherwise the memory is the library's own, which V8 does not see: it frees a gigabyte too late. */
const copied = { copyOutputData: true, asBuffer: true }

const asBuffer = (output: string | Buffer): Buffer => (typeof output === 'string' ? Buffer.from(output) : output)

/** Some senders of `deflate` leave the header out that the name stands for. */
const hasZlibHeader = (bytes: Buffer): boolean =>
  bytes.length >= 2 && (bytes[0]! & 15) === 8 && bytes.readUInt16BE(0) % 31 === 0

/** A snappy block says first how large it becomes, and the decoder takes that much memory on its word. */
function checkDeclared(bytes: Buffer, bytesMax: number): void {
  let declared = 0
  let index = 0
  for (; ; index++) {
    const byte = bytes[index]
    if (byte === undefined || index > 4)
      throw new AppError('MALFORMED_REQUEST', 'The body is not valid snappy: no length')
    declared += (byte & 127) * 2 ** (7 * index)
    if (byte < 128) break
  }
  if (declared > bytesMax) throw tooLarge(declared, bytesMax)
  if (declared > bytes.length * snappyGrowthMax)
    throw new AppError(
      'MALFORMED_REQUEST',
      `The body is not valid snappy: ${bytes.length} bytes cannot hold ${declared}`,
    )
}
