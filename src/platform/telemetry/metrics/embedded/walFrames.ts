import { promisify } from 'node:util'
import { constants, crc32, zstdCompress, zstdDecompressSync } from 'node:zlib'
import { ByteReader, ByteWriter } from './bytes.ts'

/** They begin with the same byte, by which the next frame after damage is looked for. */
const frameMagic = 0x4c41574d
const packedMagic = 0x5041574d
const headerBytes = 16
/** What is compressed together, and lost together when a bit of it flips. */
const packedBytes = 65_536

const compress = promisify(zstdCompress)

/** Appends a frame: magic, length, checksum of the payload, checksum of the header; payload. */
export function writeFrame(out: ByteWriter, payload: Uint8Array, magic = frameMagic): void {
  const start = out.length
  out.uint32(magic)
  out.uint32(payload.length)
  out.uint32(crc32(payload))
  out.uint32(crc32(out.bytes.subarray(start, start + headerBytes - 4)))
  out.raw(payload)
}

interface Frame {
  magic: number
  /** Null if it is damaged. */
  payload: Uint8Array | null
  end: number
}

/** The frame at `at`; null if there is no whole one. */
function frameAt(bytes: Uint8Array, at: number): Frame | null {
  const payloadAt = at + headerBytes
  if (payloadAt > bytes.length) return null
  const header = new ByteReader(bytes, at)
  const magic = header.uint32()
  if (magic !== frameMagic && magic !== packedMagic) return null
  const length = header.uint32()
  const payloadSum = header.uint32()
  if (crc32(bytes.subarray(at, at + headerBytes - 4)) !== header.uint32()) return null
  const end = payloadAt + length
  if (end > bytes.length) return null
  const payload = bytes.subarray(payloadAt, end)
  return { magic, payload: crc32(payload) === payloadSum ? payload : null, end }
}

function nextFrame(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(frameMagic & 255, from)
  while (at !== -1 && !frameAt(bytes, at)) at = bytes.indexOf(frameMagic & 255, at + 1)
  return at
}

export interface SegmentContent {
  payloads: Uint8Array[]
  /** Stretches that are not as they were written. */
  damaged: number
  /** Where what a crash left half-written at the end begins; the length if there is none. */
  end: number
}

/** The payloads of the frames that are whole, also of those that are packed. */
export function readFrames(bytes: Uint8Array): SegmentContent {
  const content: SegmentContent = { payloads: [], damaged: 0, end: bytes.length }
  let isPacked = false
  for (let at = 0; at < bytes.length;) {
    const frame = frameAt(bytes, at)
    if (frame) {
      at = frame.end
      if (!frame.payload) content.damaged++
      else if (frame.magic === frameMagic) content.payloads.push(frame.payload)
      else {
        isPacked = true
        content.payloads.push(...unpacked(frame.payload))
      }
      continue
    }
    const next = nextFrame(bytes, at + 1)
    // A packed segment got its name when it was complete, so what is torn there is damage.
    if (next !== -1 || isPacked) content.damaged++
    else content.end = at
    if (next === -1) break
    at = next
  }
  return content
}

/** The length of what is packed stands in front. */
function unpacked(payload: Uint8Array): Uint8Array[] {
  const chunkSize = Math.max(64, new ByteReader(payload).uint32())
  return readFrames(new Uint8Array(zstdDecompressSync(payload.subarray(4), { chunkSize }))).payloads
}

export const isPacked = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 && new ByteReader(bytes).uint32() === packedMagic

/** The same frames, some together compressed as one; null if anything of them is damaged. */
export async function packed(bytes: Uint8Array): Promise<Uint8Array | null> {
  const out = new ByteWriter(bytes.length >> 1)
  for (let from = 0; from < bytes.length;) {
    let end = from
    while (end < bytes.length && end - from < packedBytes) {
      const frame = frameAt(bytes, end)
      if (!frame?.payload) return null
      end = frame.end
    }
    const params = { [constants.ZSTD_c_compressionLevel]: 3 }
    const compressed = await compress(bytes.subarray(from, end), { params })
    const payload = new ByteWriter(compressed.length + 4)
    payload.uint32(end - from)
    payload.raw(compressed)
    writeFrame(out, payload.written, packedMagic)
    from = end
  }
  return out.written
}
