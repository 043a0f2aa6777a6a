import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'
import { done, idParams, time } from '#kernel/page.ts'

/** Pages on which queries are written. */
const page = z.enum(['logs', 'metrics'])

const charactersMax = 20_000

const SavedQuery = z.object({
  id: z.string(),
  page,
  /** What stood side by side: PromQL on the page of the metrics, one filter on that of the logs. */
  queries: z.array(z.string()),
  /** Kept for ever; the others are the newest that ran. */
  starred: z.boolean(),
  /** When it ran last. */
  used_at: time,
})

export const savedQueriesEndpoints = {
  list: {
    method: 'GET',
    path: '/saved-queries',
    summary: "List the caller's own queries, the last that ran first",
    access: 'session',
    query: z.object({ page }),
    reply: z.object({ queries: z.array(SavedQuery) }),
  },
  remember: {
    method: 'PUT',
    path: '/saved-queries',
    summary: 'Put a query that ran into the history',
    description:
      'One that ran before moves to the front and keeps its star. Of those without a star the last 100 are kept.',
    access: 'session',
    body: z.strictObject({
      page,
      queries: z
        .array(z.string().trim().min(1))
        .min(1)
        .max(12)
        .refine((queries) => queries.join('').length <= charactersMax, `Write ${charactersMax} characters at most`),
    }),
    reply: SavedQuery,
    example: { body: { page: 'metrics', queries: ['sum(rate(http_server_requests_total[5m]))'] } },
  },
  star: {
    method: 'PUT',
    path: '/saved-queries/{id}/star',
    summary: 'Keep a query for ever, or only as long as the others',
    access: 'session',
    params: idParams,
    body: z.strictObject({ starred: z.boolean() }),
    reply: SavedQuery,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
  },
  forget: {
    method: 'DELETE',
    path: '/saved-queries/{id}',
    summary: 'Take a query out of the history',
    access: 'session',
    params: idParams,
    reply: done,
    errors: ['RESOURCE_NOT_FOUND'],
  },
} as const satisfies Endpoints
