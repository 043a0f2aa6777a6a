import { compressSync } from 'snappy'
import { AppError } from '#kernel/errors.ts'
import type { BodyHead } from './decoded.ts'
import { messageType } from './schema.ts'

/** What tests of the decoders share. */
export const receivedMs = Date.UTC(2026, 5, 1, 12)

export const head = (contentType?: string, contentEncoding?: string): BodyHead => ({
  contentType,
  contentEncoding,
  receivedMs,
})

/** The message as its .proto file says; `full` is its full name. */
export function protobufOf(full: string, message: Record<string, unknown>): Buffer {
  const type = messageType(full)
  return Buffer.from(type.encode(type.fromObject(message)).finish())
}

export const snappyOf = (full: string, message: Record<string, unknown>): Buffer =>
  compressSync(protobufOf(full, message), { copyOutputData: true })

/** For `assert.rejects`. */
export const refused =
  (code: AppError['code'], message: RegExp) =>
  (error: unknown): boolean =>
    error instanceof AppError && error.code === code && message.test(error.message)
