import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'

/** As it stands in the file, channels and policies by their names. */
const written = z.record(z.string(), z.unknown()).nullable()

const change = z.object({
  kind: z.enum(['policy', 'routing', 'silence']),
  name: z.string(),
  /** `unchanged` where it is already as the file says; `ended`: a silence whose time is over. */
  change: z.enum(['create', 'update', 'unchanged', 'ended']),
  /** Null where there is none yet. */
  before: written,
  after: written,
})
export type Change = z.output<typeof change>

const problem = z.object({
  /** `line 7: policies.0.steps.1.channels`. */
  where: z.string(),
  message: z.string(),
})
export type Problem = z.output<typeof problem>

export const transferEndpoints = {
  exportNotifications: {
    method: 'GET',
    path: '/notifications/export',
    summary: 'Export policies, routes and silences that have not ended as YAML',
    description: 'Channels stand there by their names alone: what they are configured with is not part of it.',
    access: 'alerts:read',
    produces: 'application/yaml',
    reply: z.string(),
  },
  importNotifications: {
    method: 'POST',
    path: '/notifications/import',
    summary: 'Import policies, routes and silences from YAML',
    description:
      'What was exported here, whole or in part. A policy of the same name is replaced, `routing` is replaced as a whole, a silence is the same if its matchers and its beginning are. What the file does not name stays. Channels have to be there already. All or nothing: with problems nothing is stored.',
    access: 'alerts:write',
    body: z.strictObject({
      yaml: z.string().max(1_000_000),
      dry_run: z.boolean().default(false).describe('Only tell what would change'),
    }),
    reply: z.object({ dry_run: z.boolean(), changes: z.array(change), problems: z.array(problem) }),
    errors: ['CONFLICT'],
    example: { body: { yaml: 'policies: []', dry_run: true } },
  },
} as const satisfies Endpoints
