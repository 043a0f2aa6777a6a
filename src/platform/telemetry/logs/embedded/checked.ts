import { crc32 } from 'node:zlib'

/** What is read does not carry the checksum it was written with. */
export class Damaged extends Error {
  constructor(what: string) {
    super(`${what} is damaged`)
    this.name = 'Damaged'
  }
}

/**
 * `bytes` with a checksum before them. `place` says whose they are, so that whole bytes in the wrong place are found
 * out as well.
 */
export function checked(bytes: Uint8Array, place: string): Buffer {
  const sealed = Buffer.allocUnsafe(bytes.length + 4)
  sealed.writeUInt32LE(crc32(bytes, crc32(place)))
  sealed.set(bytes, 4)
  return sealed
}

/** @throws Damaged */
export function unchecked(sealed: unknown, place: string): Buffer {
  if (!Buffer.isBuffer(sealed) || sealed.length < 4) throw new Damaged(place)
  const bytes = sealed.subarray(4)
  if (crc32(bytes, crc32(place)) !== sealed.readUInt32LE()) throw new Damaged(place)
  return bytes
}
