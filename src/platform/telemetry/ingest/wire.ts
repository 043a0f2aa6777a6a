import protobuf from 'protobufjs'
import { AppError } from '#kernel/errors.ts'

/**
 * Reads protobuf without making an object of every message, so that what a body costs is decided here and not by
 * its sender: two bytes are an empty message, and 64 MiB of those would be gigabytes of objects.
 */
export type Reader = protobuf.Reader

/** Ten million times nothing would take a second to read over; a full batch of samples has half as many. */
const fieldsMax = 8_000_000

/** Counts the fields it reads, since a field may be of two bytes. */
class CountingReader extends protobuf.BufferReader {
  #left: number

  constructor(body: Buffer, fieldsMax: number) {
    super(body)
    this.#left = fieldsMax
  }

  override tag(): number {
    if (--this.#left < 0) this.#refuse()
    return super.tag()
  }

  override fixed64(): ReturnType<Reader['fixed64']> {
    if (--this.#left < 0) this.#refuse()
    return super.fixed64()
  }

  /** A byte that is no text becomes U+FFFD and does not cost the whole batch. */
  override stringVerify(): string {
    return this.string()
  }

  #refuse(): never {
    throw new AppError('PAYLOAD_TOO_LARGE', 'request body has too many fields; send smaller batches')
  }
}

/** Runs `read` over the bytes. @throws AppError MALFORMED_REQUEST that names the message and the byte, PAYLOAD_TOO_LARGE */
export function readWire<T>(message: string, body: Buffer, read: (reader: Reader) => T, fields = fieldsMax): T {
  const reader = new CountingReader(body, fields)
  try {
    return read(reader)
  } catch (error) {
    throw asMalformed(message, reader, error)
  }
}

/** The library throws plain errors and range errors; anything else is ours and stays what it is. */
function asMalformed(message: string, reader: Reader, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AppError || error instanceof TypeError) return error
  return new AppError(
    'MALFORMED_REQUEST',
    `The body is not a valid ${message}: ${error.message.slice(0, 200)} (at byte ${reader.pos})`,
  )
}

/** Narrows the reader to the message or packed list that comes next; `leave` widens it to what `enter` returned. */
export function enter(reader: Reader): number {
  const end = reader.size() + reader.pos
  if (end > reader.len) throw new RangeError('a length points beyond the message')
  const outer = reader.len
  reader.len = end
  return outer
}

export function leave(reader: Reader, outer: number): void {
  reader.len = outer
}

/** Reads over a field. */
export const skip = (reader: Reader, tag: number): unknown => reader.skipType(tag & 7, 0, tag >>> 3)

/** Field numbers with the type of what follows, as they stand in a tag. */
export const varintField = (field: number): number => field << 3
export const fixed64Field = (field: number): number => (field << 3) | 1
export const bytesField = (field: number): number => (field << 3) | 2

/** An int64 as a number; exact up to 2^53. */
export function int64(reader: Reader): number {
  const { buf, len } = reader
  let { pos } = reader
  let low = 0
  let high = 0
  for (let shift = 0; shift < 70; shift += 7) {
    if (pos >= len) throw new RangeError('index out of range')
    const byte = buf[pos++]!
    if (shift < 28) low |= (byte & 127) << shift
    else if (shift === 28) {
      low |= (byte & 127) << 28
      high = (byte & 127) >> 4
    } else if (shift < 63) high |= (byte & 127) << (shift - 32)
    else high |= (byte & 1) << 31
    if (byte < 128) {
      reader.pos = pos
      return (high | 0) * 4_294_967_296 + (low >>> 0)
    }
  }
  throw new RangeError('invalid varint encoding')
}
