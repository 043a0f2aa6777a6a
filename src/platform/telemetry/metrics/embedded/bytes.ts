const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8')
const scratch = new DataView(new ArrayBuffer(8))

/** Bytes written one after the other; grows as needed. Numbers are little-endian. */
export class ByteWriter {
  bytes: Uint8Array
  length = 0

  constructor(capacity = 4_096) {
    this.bytes = new Uint8Array(capacity)
  }

  /** What was written; valid until the next write. */
  get written(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }

  clear(): void {
    this.length = 0
  }

  reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more))
    grown.set(this.written)
    this.bytes = grown
  }

  byte(value: number): void {
    this.reserve(1)
    this.bytes[this.length++] = value
  }

  /** A whole number from 0 to 2^53 in 7 bits a byte. */
  varint(value: number): void {
    this.reserve(8)
    while (value > 0x7fffffff) {
      this.bytes[this.length++] = (value % 128) | 128
      value = Math.floor(value / 128)
    }
    while (value > 127) {
      this.bytes[this.length++] = (value & 127) | 128
      value >>>= 7
    }
    this.bytes[this.length++] = value
  }

  /** A whole number of either sign, below 2^52. */
  signed(value: number): void {
    this.varint(value < 0 ? -value * 2 - 1 : value * 2)
  }

  uint32(value: number): void {
    this.reserve(4)
    this.bytes[this.length++] = value & 255
    this.bytes[this.length++] = (value >>> 8) & 255
    this.bytes[this.length++] = (value >>> 16) & 255
    this.bytes[this.length++] = value >>> 24
  }

  float64(value: number): void {
    scratch.setFloat64(0, value, true)
    this.uint32(scratch.getUint32(0, true))
    this.uint32(scratch.getUint32(4, true))
  }

  text(value: string): void {
    const most = value.length * 3
    this.reserve(most + 16)
    if (most < 128) {
      const { written } = encoder.encodeInto(value, this.bytes.subarray(this.length + 1))
      this.bytes[this.length] = written
      this.length += written + 1
      return
    }
    const encoded = encoder.encode(value)
    this.varint(encoded.length)
    this.raw(encoded)
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  align(to: number): void {
    while (this.length % to !== 0) this.byte(0)
  }
}

/** Reads what a `ByteWriter` wrote. Past the end it reads zeros: callers have checked a checksum before. */
export class ByteReader {
  bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes
    this.at = at
  }

  get atEnd(): boolean {
    return this.at >= this.bytes.length
  }

  byte(): number {
    return this.bytes[this.at++] ?? 0
  }

  varint(): number {
    let byte = this.byte()
    if (byte < 128) return byte
    let value = byte & 127
    let scale = 128
    do {
      byte = this.byte()
      value += (byte & 127) * scale
      scale *= 128
    } while (byte > 127)
    return value
  }

  signed(): number {
    const value = this.varint()
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2
  }

  uint32(): number {
    const value = this.byte() | (this.byte() << 8) | (this.byte() << 16) | (this.byte() << 24)
    return value >>> 0
  }

  float64(): number {
    scratch.setUint32(0, this.uint32(), true)
    scratch.setUint32(4, this.uint32(), true)
    return scratch.getFloat64(0, true)
  }

  text(): string {
    const length = this.varint()
    this.at += length
    return decoder.decode(this.bytes.subarray(this.at - length, this.at))
  }
}
