import * as z from 'zod'
import { durationNs } from '#kernel/duration.ts'
import { secondMs } from '#kernel/time.ts'

/** A time as Loki takes it: Unix nanoseconds, Unix seconds (with decimals, or up to ten digits), or RFC 3339. In ns. */
export const lokiTime = z
  .string()
  .max(64)
  .transform((text, context) => {
    const ns = timeNs(text)
    if (ns !== undefined && ns >= 0n && ns < 1n << 63n) return ns
    context.addIssue(`could not parse ${JSON.stringify(text)} as a time`)
    return z.NEVER
  })

function timeNs(text: string): bigint | undefined {
  if (/^\d{1,10}$/.test(text)) return BigInt(text) * 1_000_000_000n
  if (/^\d{11,19}$/.test(text)) return BigInt(text)
  const decimal = /^(\d{1,10})\.(\d{1,9})\d*$/.exec(text)
  if (decimal) return BigInt(decimal[1]!) * 1_000_000_000n + BigInt(decimal[2]!.padEnd(9, '0'))
  const fraction = /\.(\d{1,9})\d*(?=Z|[+-])/.exec(text)
  const seconds = Date.parse(fraction ? text.replace(fraction[0], '') : text)
  if (Number.isNaN(seconds)) return undefined
  return BigInt(seconds) * 1_000_000n + BigInt((fraction?.[1] ?? '').padEnd(9, '0'))
}

/** A duration as Loki takes it: seconds, or `1h30m`. In ms, at least one. */
export const lokiStep = z
  .string()
  .max(64)
  .transform((text, context) => {
    const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * secondMs : durationNs(text) / 1e6
    if (ms > 0) return Math.max(1, Math.round(ms))
    context.addIssue(`cannot parse ${JSON.stringify(text)} to a valid duration`)
    return z.NEVER
  })
