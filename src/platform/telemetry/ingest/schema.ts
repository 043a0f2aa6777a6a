import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import protobuf from 'protobufjs'
import { AppError } from '#kernel/errors.ts'
import { packageDir } from '#platform/package.ts'
import { readWire } from './wire.ts'

const files = ['logproto', 'remoteWrite1', 'remoteWrite2', 'otlpCommon', 'otlpLogs', 'otlpMetrics'] as const
/** Each may become an object of some fifty bytes; OpenTelemetry's exporters send a tenth of this at most. */
const fieldsMax = 1_000_000

const protoDir = join(packageDir, 'src/platform/telemetry/ingest/proto')

let root: protobuf.Root | undefined

function schema(): protobuf.Root {
  if (root) return root
  root = new protobuf.Root()
  for (const file of files) protobuf.parse(readFileSync(join(protoDir, `${file}.proto`), 'utf8'), root)
  root.resolveAll()
  return root
}

/** A message of our .proto files by its full name. */
export const messageType = (name: string): protobuf.Type => schema().lookupType(name)

/** @throws AppError MALFORMED_REQUEST, PAYLOAD_TOO_LARGE */
export const decodeMessage = (type: protobuf.Type, body: Buffer): protobuf.Message =>
  readWire(type.name, body, (reader) => type.decode(reader), fieldsMax)

/** The same of JSON. @throws AppError MALFORMED_REQUEST that names the field */
export function messageOf(type: protobuf.Type, json: unknown): protobuf.Message {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new AppError('MALFORMED_REQUEST', `The body is not a valid ${type.name}: it is not an object`)
  try {
    return type.fromObject(json)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new AppError('MALFORMED_REQUEST', `The body is not a valid ${type.name}: ${reason.slice(0, 200)}`)
  }
}
