import { promisify } from 'node:util'
import { constants, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib'

/** Higher levels cost several times as much and save a few percent of log lines. */
const params = { [constants.ZSTD_c_compressionLevel]: 1 }
const decompressLater = promisify(zstdDecompress)

/**
 * The length stands in front. Not in the thread pool: the way there and back costs as much as compressing a frame.
 */
export function compress(bytes: Uint8Array): Buffer {
  const length = Buffer.allocUnsafe(4)
  length.writeUInt32LE(bytes.length)
  return Buffer.concat([length, zstdCompressSync(bytes, { params, chunkSize: Math.max(1_024, bytes.length >> 1) })])
}

/** One piece of memory of the right size instead of a chain of small ones. */
const chunkSizeOf = (compressed: Buffer): number => Math.max(64, compressed.readUInt32LE())

export const decompress = (compressed: Buffer): Buffer =>
  zstdDecompressSync(compressed.subarray(4), { chunkSize: chunkSizeOf(compressed) })

export const decompressInPool = (compressed: Buffer): Promise<Buffer> =>
  decompressLater(compressed.subarray(4), { chunkSize: chunkSizeOf(compressed) })
