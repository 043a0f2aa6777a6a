import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'
import { time } from '#kernel/page.ts'
import { TimeWindow } from '../policies/window.ts'
import { Matcher } from './matcher.ts'

const id = z.string().min(1).max(128)
const name = z.string().trim().min(1).max(200)
const daySeconds = 86_400
const routesMax = 100

export const routeFields = {
  /** All have to hold; none at all holds for every alert. */
  matchers: z.array(Matcher).max(20).default([]),
  /** Ids; `all` for every enabled channel, an empty list for nobody. What is left out is as the route above says. */
  channels: z.union([z.literal('all'), z.array(id).max(20)]).optional(),
  /** Instead of channels. */
  policy_id: id.optional(),
  /** Whether routes after this one are tried too. */
  continue: z.boolean().default(false),
  /** Labels whose values are told together; `...` for each alert by itself. */
  group_by: z.array(z.string().min(1).max(255)).max(20).optional(),
  /** How long a change waits for others of its group. */
  group_wait_seconds: z.number().int().min(0).max(daySeconds).optional(),
  /** Least time between two messages about one group to one channel. */
  group_interval_seconds: z.number().int().min(0).max(daySeconds).optional(),
  /** When channels are told again what still fires and nobody has acknowledged; a policy has its own. */
  repeat_interval_seconds: z
    .number()
    .int()
    .min(60)
    .max(31 * daySeconds)
    .optional(),
  /** Names of `mute_times`: nothing is told while one of them lasts, everything after it. */
  mute_times: z.array(name).max(20).optional(),
}

/** A tree of five levels, so that the schema has an end. */
export function routeTree<Fields extends z.ZodRawShape>(of: Fields) {
  const leaf = z.strictObject(of)
  const third = z.strictObject({ ...of, routes: z.array(leaf).max(routesMax).default([]) })
  const second = z.strictObject({ ...of, routes: z.array(third).max(routesMax).default([]) })
  const first = z.strictObject({ ...of, routes: z.array(second).max(routesMax).default([]) })
  return z.strictObject({ ...of, routes: z.array(first).max(routesMax).default([]) })
}

/** One node of the tree. Alerts go down to the deepest route whose matchers hold. */
export interface Route extends z.output<z.ZodObject<typeof routeFields>> {
  routes?: Route[] | undefined
}

export const InhibitRule = z.strictObject({
  source_matchers: z.array(Matcher).min(1).max(20),
  target_matchers: z.array(Matcher).min(1).max(20),
  /** Labels that source and target have to have alike. */
  equal: z.array(z.string().min(1).max(255)).max(20).default([]),
})
export type InhibitRule = z.output<typeof InhibitRule>

export const Routing = z.strictObject({
  /** Of all alerts: its own matchers do not count. */
  route: routeTree(routeFields),
  /** While an alert fires that fulfils the source, those that fulfil the target are not told. */
  inhibit_rules: z.array(InhibitRule).max(100).default([]),
  mute_times: z
    .array(z.strictObject({ name, windows: z.array(TimeWindow).min(1).max(20) }))
    .max(100)
    .default([]),
})
export type Routing = z.output<typeof Routing>

const stored = z.object({
  /** Counts up with every change; 0 for what Miktos comes with. */
  version: z.number().int(),
  updated_at: time.nullable(),
  updated_by: z.string().nullable(),
  routing: Routing,
})

export const routingEndpoints = {
  getRoutes: {
    method: 'GET',
    path: '/notifications/routes',
    summary: 'Read who is told of which alerts',
    access: 'alerts:read',
    reply: stored,
  },
  putRoutes: {
    method: 'PUT',
    path: '/notifications/routes',
    summary: 'Replace who is told of which alerts',
    description:
      '`version`, the one that was read, guards against overwriting: where somebody else saved since, the answer is 409 CONFLICT.',
    access: 'alerts:write',
    body: z.strictObject({ version: z.number().int().min(0), routing: Routing }),
    reply: stored,
    errors: ['CONFLICT'],
    example: { body: { version: 0, routing: { route: { channels: 'all', routes: [] } } } },
  },
} as const satisfies Endpoints
