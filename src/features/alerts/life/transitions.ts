import * as z from 'zod'

/** Ids of alerts that came into these states; part of every event `alert.*` that moved any. */
export interface Transitions {
  pending: string[]
  firing: string[]
  acknowledged: string[]
  resolved: string[]
}

export const noTransitions = (): Transitions => ({ pending: [], firing: [], acknowledged: [], resolved: [] })

const ids = z.array(z.string()).default([])
const payload = z.object({
  transitions: z.object({ pending: ids, firing: ids, acknowledged: ids, resolved: ids }),
})

/** Which alerts an event `alert.*` moved; undefined when none. */
export function transitionsIn(event: unknown): Transitions | undefined {
  const parsed = payload.safeParse(event)
  return parsed.success ? parsed.data.transitions : undefined
}
