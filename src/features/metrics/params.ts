import * as z from 'zod'
import { durationMs } from '#kernel/duration.ts'
import { secondMs } from '#kernel/time.ts'

/** A time as Prometheus takes it, Unix seconds with decimals or RFC 3339; parsed to ms. */
export const promTime = z
  .string()
  .max(64)
  .transform((text, context) => {
    const at = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) * secondMs : Date.parse(text)
    if (Number.isFinite(at) && Math.abs(at) < 8.64e15) return Math.round(at)
    context.addIssue(`cannot parse ${JSON.stringify(text)} to a valid timestamp`)
    return z.NEVER
  })

/** A duration as Prometheus takes it, seconds with decimals or `1h30m`; parsed to ms, above 0. */
export const duration = z
  .string()
  .max(64)
  .transform((text, context) => {
    const ms = /^\d+(\.\d*)?([eE][+-]?\d+)?$/.test(text) ? Number(text) * secondMs : durationMs(text)
    if (ms !== undefined && Number.isFinite(ms) && ms >= 1) return Math.round(ms)
    context.addIssue(`cannot parse ${JSON.stringify(text)} to a valid duration above zero`)
    return z.NEVER
  })

/** `match[]`, once or several times. */
export const selectors = z
  .union([z.string(), z.array(z.string()).max(100)])
  .optional()
  .transform((given) => [given ?? []].flat())
