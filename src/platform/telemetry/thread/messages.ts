import type { ErrorCode } from '#kernel/errors.ts'

/** From the main thread. */
export type Request =
  | { type: 'call'; id: number; method: string; args: unknown }
  | { type: 'cancel'; id: number }
  | { type: 'close' }

/** From the store's thread. `emit` is one of several values before the result. */
export type Reply =
  | { type: 'ready' }
  | { type: 'result'; id: number; value: unknown }
  | { type: 'emit'; id: number; value: unknown }
  | { type: 'failure'; id: number; failure: Failure }
  | { type: 'warning'; message: string; details: Record<string, unknown> }
  | { type: 'closed' }

/** An error as plain data. `code` is there when it is meant for the caller. */
export interface Failure {
  code?: ErrorCode
  message: string
  stack?: string | undefined
  details?: Record<string, unknown>
}
