import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'

const charactersMax = 32_000

/** Of this console: one slash first, so that no other host can be meant, and nothing that browsers take for one. */
const address = z
  .string()
  .max(charactersMax)
  .regex(/^\/(?![/\\])[^\s\p{Cc}]*$/u, 'Write an address of this console as it follows the host: /explore?q=up')

const ShortLink = z.object({
  id: z.string(),
  address: z.string().describe('What it stands for'),
})

export const shortLinksEndpoints = {
  keep: {
    method: 'POST',
    path: '/short-links',
    summary: 'Keep a long address of the console under a short one',
    description:
      'The same address has the same id. `/s/{id}` leads to it for everybody who is logged in; what they see there their own rights say. Kept for `short_link_retention_days` after it was last followed.',
    access: 'session',
    body: z.strictObject({ address }),
    status: 201,
    reply: ShortLink,
    example: { body: { address: '/explore?q=sum(rate(http_server_request_duration_seconds_count%5B5m%5D))' } },
  },
  follow: {
    method: 'GET',
    path: '/short-links/{id}',
    summary: 'Read what a short link stands for',
    access: 'session',
    params: z.object({ id: z.string().regex(/^[\w-]{16}$/, 'A short link has 16 letters, digits, - or _') }),
    reply: ShortLink,
    errors: ['RESOURCE_NOT_FOUND'],
  },
} as const satisfies Endpoints
