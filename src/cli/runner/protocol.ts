import * as z from 'zod'

/** What the server says to a runner, as docs/runner.md has it; a newer one may say more. */
export const CommandFrame = z.object({
  id: z.string(),
  command: z.string(),
  verb: z.string(),
  args: z.array(z.string()),
  session_id: z.string().nullable(),
  deadline_at: z.string(),
})

export type CommandFrame = z.output<typeof CommandFrame>

export const CancelFrame = z.object({ id: z.string(), status: z.enum(['cancelled', 'expired']) })
export const Greeting = z.object({ timestamp: z.string() })
export const Accepted = z.object({ go: z.boolean() })
export const Kept = z.object({ kept: z.boolean() })

export const SessionTask = z.object({
  session_id: z.string(),
  name: z.string(),
  server: z.string(),
  status: z.string(),
  mode: z.string().nullable(),
})

export type SessionTask = z.output<typeof SessionTask>

export const Welcome = z.object({ heartbeat_seconds: z.number().min(1), sessions: z.array(SessionTask) })
