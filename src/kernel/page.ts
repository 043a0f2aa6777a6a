import * as z from 'zod'
import { parseTime } from './time.ts'

/** `limit` and `offset` as every list takes them. */
export const pageQuery = (limitDefault: number, limitMax: number) => ({
  limit: z.coerce.number().int().min(1).max(limitMax).default(limitDefault),
  offset: z.coerce.number().int().min(0).max(10_000_000).default(0),
})

/** A time in a query string: ISO with or without zone, Unix seconds or milliseconds. Parsed to ms. */
export const timeQuery = z
  .string()
  .max(40)
  .transform((text, context) => {
    const at = parseTime(text)
    if (at !== undefined) return at
    context.addIssue('Write a time as 2026-01-31T08:00:00Z or as Unix seconds')
    return z.NEVER
  })

/** `true`, `false`, `1`, `0`, `yes`, `no` in a query string. */
export const booleanQuery = z.stringbool({ truthy: ['true', '1', 'yes', 'on'], falsy: ['false', '0', 'no', 'off'] })

export const idParams = z.object({ id: z.string().min(1).max(128) })

/** A time as it is sent: UTC, milliseconds, `Z`. */
export const time = z.iso.datetime()

/** What an operation that has nothing else to say answers. */
export const done = z.object({ success: z.literal(true), message: z.string() })
