import type { Long } from 'protobufjs'
import { AppError } from '#kernel/errors.ts'
import { encodingOf, unpack } from './body.ts'
import type { IngestCaps } from './caps.ts'
import type { BodyHead } from './decoded.ts'
import { parseJson } from './json.ts'
import { decodeMessage, messageOf, messageType } from './schema.ts'
import { mediaType } from './values.ts'

/** The messages of `proto/otlp*.proto`; fields that were not sent have their default. */
export type AnyValue =
  | { value: 'stringValue'; stringValue: string }
  | { value: 'boolValue'; boolValue: boolean }
  | { value: 'intValue'; intValue: Long }
  | { value: 'doubleValue'; doubleValue: number }
  | { value: 'arrayValue'; arrayValue: { values: AnyValue[] } }
  | { value: 'kvlistValue'; kvlistValue: { values: KeyValue[] } }
  | { value: 'bytesValue'; bytesValue: Uint8Array }
  | { value?: undefined }

export interface KeyValue {
  key: string
  value: AnyValue | null
}

export interface Resource {
  attributes: KeyValue[]
}

export interface Scope {
  name: string
  version: string
  attributes: KeyValue[]
}

/** Whether the body is JSON rather than protobuf. @throws AppError UNSUPPORTED_MEDIA_TYPE */
export function isJson(contentType: string | undefined): boolean {
  const type = mediaType(contentType)
  if (type === 'application/json') return true
  if (type === 'application/x-protobuf' || type === 'application/protobuf' || type === '') return false
  throw new AppError('UNSUPPORTED_MEDIA_TYPE', 'Send application/x-protobuf or application/json')
}

/** A request of OpenTelemetry in either encoding. @throws AppError */
export async function readOtlp(name: string, body: Uint8Array, head: BodyHead, caps: IngestCaps): Promise<unknown> {
  const json = isJson(head.contentType)
  const encoding = encodingOf(head.contentEncoding, ['none', 'gzip', 'deflate', 'zstd', 'snappy'])
  const bytes = await unpack(body, encoding, caps)
  const type = messageType(`opentelemetry.proto.${name}`)
  return json ? messageOf(type, parseJson(bytes)) : decodeMessage(type, bytes)
}

/** Text as it is; lists and maps as JSON, bytes as base64: what the collector's `AsString` does. */
export function valueText(value: AnyValue | null): string {
  if (value?.value === 'stringValue') return value.stringValue
  const plain = plainValue(value)
  return plain === null ? '' : typeof plain === 'object' ? JSON.stringify(plain) : String(plain)
}

type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain }

function plainValue(value: AnyValue | null): Plain {
  switch (value?.value) {
    case 'stringValue':
      return value.stringValue
    case 'boolValue':
      return value.boolValue
    case 'intValue':
      return longNumber(value.intValue)
    case 'doubleValue':
      return value.doubleValue
    case 'arrayValue':
      return value.arrayValue.values.map(plainValue)
    case 'kvlistValue':
      return Object.fromEntries(value.kvlistValue.values.map(({ key, value }) => [key, plainValue(value)]))
    case 'bytesValue':
      return Buffer.from(value.bytesValue).toString('base64')
    default:
      return null
  }
}

/** Attributes as pairs of text; maps within are flattened with `_`, as Loki and its JSON parser do. */
export function attributePairs(attributes: KeyValue[], prefix = ''): [name: string, value: string][] {
  return attributes.flatMap(({ key, value }) =>
    value?.value === 'kvlistValue'
      ? attributePairs(value.kvlistValue.values, `${prefix}${key}_`)
      : [[prefix + key, valueText(value)] satisfies [string, string]],
  )
}

/** An int64 or a fixed64 as a number; `unsigned` says which. */
export const longNumber = ({ low, high, unsigned }: Long): number =>
  (unsigned ? high >>> 0 : high | 0) * 4_294_967_296 + (low >>> 0)

export const longNs = ({ low, high }: Long): bigint => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)
