import * as z from 'zod'
import { AppError } from '#kernel/errors.ts'
import { JsonBytes } from '#platform/http/endpoints.ts'
import type { RequestContext } from '#platform/http/request.ts'

interface BatchQuery {
  query: string
  from_ms?: number | undefined
  to_ms?: number | undefined
  step_ms?: number | undefined
  extremes?: boolean | undefined
}

/** Runs all at the same time; one that fails says so in its place and spoils nothing. */
export async function runBatch(ctx: RequestContext, queries: readonly BatchQuery[]): Promise<JsonBytes> {
  const results = await Promise.all(queries.map((query) => runOne(ctx, query)))
  const parts = results.flatMap((bytes, index) => (index === 0 ? [bytes] : [comma, bytes]))
  return new JsonBytes(Buffer.concat([head, ...parts, tail]))
}

const head = Buffer.from('{"results":[')
const comma = Buffer.from(',')
const tail = Buffer.from(']}')

async function runOne(ctx: RequestContext, asked: BatchQuery): Promise<Uint8Array> {
  const { query, from_ms, to_ms, step_ms, extremes } = asked
  const { metrics } = ctx.platform.telemetry
  const { signal } = ctx.incoming
  try {
    if (from_ms === undefined || to_ms === undefined || step_ms === undefined)
      return await metrics.instant({ expression: query, atMs: to_ms ?? ctx.now(), as: 'grid' }, signal)
    if (to_ms < from_ms) throw new AppError('VALIDATION_FAILED', 'The span ends before it begins', { field: 'to_ms' })
    const span = { fromMs: from_ms, toMs: to_ms, stepMs: step_ms }
    return await metrics.range({ expression: query, ...span, as: 'grid', extremes }, signal)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const { code, message, details } = error
    return Buffer.from(JSON.stringify({ type: 'error', code, message, position: positionIn(details) }))
  }
}

const placed = z.object({ position: z.object({ from: z.number().int() }) })

/** Where in the expression; null where the error is not of one place. */
function positionIn(details: Record<string, unknown>): number | null {
  const parsed = placed.safeParse(details)
  return parsed.success ? parsed.data.position.from : null
}
