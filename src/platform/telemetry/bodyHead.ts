import { AppError } from '#kernel/errors.ts'
import type { RequestContext } from '../http/request.ts'
import type { BodyHead } from './ingest/decoded.ts'

/** What came with a body that is to be stored. @throws AppError VALIDATION_FAILED for a key that cannot be one */
export function headOf(ctx: RequestContext): BodyHead {
  const { headers } = ctx.incoming
  const key = headers['idempotency-key']
  if (key !== undefined && (typeof key !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(key)))
    throw new AppError('VALIDATION_FAILED', 'Idempotency-Key: write 1 to 200 letters, digits and signs', {
      field: 'idempotency-key',
    })
  return {
    contentType: headers['content-type'],
    contentEncoding: headers['content-encoding'],
    receivedMs: ctx.now(),
    ...(key !== undefined && { batchId: key }),
  }
}
