import buildStringify from 'fast-json-stringify'
import * as z from 'zod'
import type { Endpoint } from '#kernel/contract.ts'

const lazily = <T>(make: () => T): (() => T) => {
  let made: T | undefined
  return () => (made ??= make())
}

/**
 * Writes replies by their schema: a field that is not declared is not sent. Built at the first
 * reply of an endpoint, because building all of them would double the time to start. What a handler gives frozen, it never
 * changes again, and it is written once.
 */
export function replyWriter({ reply }: Endpoint): (value: unknown) => string {
  const writer = lazily(() => buildStringify(replySchema(reply) as Parameters<typeof buildStringify>[0]))
  const written = new WeakMap<object, string>()
  return (value) => {
    if (!isFrozenObject(value)) return writer()(value)
    const known = written.get(value)
    if (known !== undefined) return known
    // As one piece: the text comes as a tree of hundreds, which would be put together again at every reply.
    const text = Buffer.from(writer()(value)).toString()
    written.set(value, text)
    return text
  }
}

const isFrozenObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.isFrozen(value)

const replySchema = (reply: z.ZodType): object =>
  z.toJSONSchema(reply, { target: 'draft-7', io: 'output', unrepresentable: 'any', override: closeLooseRecords })

/** fast-json-stringify reads `additionalProperties: {}` as "drop"; `true` keeps what a record holds. */
function closeLooseRecords({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  const { additionalProperties } = jsonSchema
  if (typeof additionalProperties === 'object' && Object.keys(additionalProperties).length === 0)
    jsonSchema.additionalProperties = true
  delete jsonSchema.propertyNames
}
