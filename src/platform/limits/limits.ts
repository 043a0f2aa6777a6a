/** Counts what somebody used up in a window of time. The window of a key begins with its first use. */
export interface RateLimiter {
  /**
   * Counts `points` (one unless told; 0 only looks) against `key` in `rateClass`. Limits may differ
   * from call to call: the count stays, only the comparison changes. Refused attempts count too.
   * Windows are whole seconds. Never rejects; answers within 250 ms, whatever the engine does, and at once where it can.
   */
  consume(
    rateClass: string,
    key: string,
    limit: number,
    windowMs: number,
    points?: number,
  ): Allowance | Promise<Allowance>
}

export interface Allowance {
  allowed: boolean
  limit: number
  remaining: number
  /** Until the window ends and the count is 0 again, ms. */
  resetMs: number
}

export const allowance = (used: number, limit: number, resetMs: number): Allowance => ({
  allowed: used <= limit,
  limit,
  remaining: Math.max(0, Math.floor(limit - used)),
  resetMs: Math.max(0, Math.ceil(resetMs)),
})
