import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress, zstdDecompressSync } from 'node:zlib'

/** Higher levels cost several times as much and save a few percent of log lines. */
const options = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }
const compressLater = promisify(zstdCompress)
const decompressLater = promisify(zstdDecompress)

/** Compresses in the thread pool; the length stands in front. */
export async function compress(bytes: Buffer): Promise<Buffer> {
  const length = Buffer.allocUnsafe(4)
  length.writeUInt32LE(bytes.length)
  return Buffer.concat([length, await compressLater(bytes, options)])
}

/** One piece of memory of the right size instead of a chain of small ones. */
const chunkSizeOf = (compressed: Buffer): number => Math.max(64, compressed.readUInt32LE())

export const decompress = (compressed: Buffer): Buffer =>
  zstdDecompressSync(compressed.subarray(4), { chunkSize: chunkSizeOf(compressed) })

export const decompressInPool = (compressed: Buffer): Promise<Buffer> =>
  decompressLater(compressed.subarray(4), { chunkSize: chunkSizeOf(compressed) })
