import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'
import { done, idParams, pageQuery, time } from '#kernel/page.ts'

export const keyStates = ['active', 'expired', 'revoked'] as const

const state = z.enum(keyStates)

const ApiKey = z.object({
  id: z.string(),
  name: z.string(),
  /** The first characters of the key. */
  prefix: z.string(),
  /** Null: everything its owner may do. */
  scopes: z.array(z.string()).nullable(),
  /** Whether sensitive requests with this key have to be signed. */
  signing: z.boolean(),
  state,
  created_at: time,
  expires_at: time.nullable(),
  last_used_at: time.nullable(),
  last_used_address: z.string().nullable(),
  revoked_at: time.nullable(),
  /** Id of the key that replaces this one. */
  rotated_to: z.string().nullable(),
})

const OwnedApiKey = ApiKey.extend({ user_id: z.string(), username: z.string() })

const MadeApiKey = OwnedApiKey.extend({
  key: z.string().describe('The key itself, shown only now'),
  signing_secret: z.string().nullable().describe('Signs sensitive requests, shown only now'),
})

const order = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1, 'Give it a name')
      .max(60)
      .regex(/^\P{Cc}*$/u, 'Write it without control characters'),
    scopes: z
      .array(z.string().min(1).max(60))
      .min(1)
      .max(100)
      .optional()
      .describe(
        'Permissions or short forms (`*`, `area:*`, `read`) of which the key allows what its owner may; without scopes all of that',
      ),
    expires_at: z.iso.datetime({ offset: true }).transform(Date.parse).optional(),
    expires_in_days: z.number().int().min(1).max(3650).optional(),
    signing: z
      .boolean()
      .default(false)
      .describe('Make a signing secret too: sensitive requests with this key then have to be signed'),
  })
  .refine(({ expires_at, expires_in_days }) => expires_at === undefined || expires_in_days === undefined, {
    path: ['expires_in_days'],
    message: 'Give expires_at or expires_in_days, not both',
  })

const orderExample = { name: 'nightly-report', scopes: ['metrics:read'], expires_in_days: 90 }

const listQuery = z.object({ ...pageQuery(100, 1000), state: state.optional() })

export const apiKeysEndpoints = {
  mine: {
    method: 'GET',
    path: '/me/api-keys',
    summary: 'My API keys, the newest first',
    description: 'Their number stands in the header `x-total-count`.',
    access: 'api-keys:own',
    query: listQuery,
    reply: z.array(OwnedApiKey),
  },
  create: {
    method: 'POST',
    path: '/me/api-keys',
    summary: 'Create an API key of mine',
    description:
      'The key is in this answer and nowhere else. It allows what its scopes name and its owner may at the moment of use.',
    access: 'api-keys:own',
    sensitive: true,
    status: 201,
    body: order,
    reply: MadeApiKey,
    errors: ['CONFLICT'],
    example: { body: orderExample },
  },
  rotate: {
    method: 'POST',
    path: '/me/api-keys/{id}/rotate',
    summary: 'Replace an API key of mine; the old one works on for a while',
    description: 'The new key has the same name, scopes and length of life.',
    access: 'api-keys:own',
    sensitive: true,
    status: 201,
    params: idParams,
    body: z.strictObject({
      overlap_minutes: z.number().int().min(0).max(43_200).default(1_440).describe('How long the old key still works'),
    }),
    reply: MadeApiKey.extend({ old: OwnedApiKey }),
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
    example: { body: { overlap_minutes: 60 } },
  },
  revokeMine: {
    method: 'DELETE',
    path: '/me/api-keys/{id}',
    summary: 'Revoke an API key of mine',
    access: 'api-keys:own',
    params: idParams,
    reply: done,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
  },
  list: {
    method: 'GET',
    path: '/admin/api-keys',
    aliases: ['/api-keys'],
    summary: "Everybody's API keys, the newest first",
    description: 'Their number stands in the header `x-total-count`.',
    access: 'api-keys:read',
    query: listQuery.extend({ user_id: z.string().min(1).max(128).optional() }),
    reply: z.array(OwnedApiKey),
  },
  revoke: {
    method: 'DELETE',
    path: '/admin/api-keys/{id}',
    aliases: ['/api-keys/{id}'],
    summary: "Revoke anybody's API key",
    access: 'api-keys:delete',
    params: idParams,
    reply: done,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
  },
  createFor: {
    method: 'POST',
    path: '/admin/users/{id}/api-keys',
    aliases: ['/users/{id}/api-keys'],
    summary: 'Create an API key of another user',
    description:
      'Only for users whose every right the caller has too. Without scopes the key allows what its owner may today.',
    access: 'users:write',
    sensitive: true,
    status: 201,
    params: idParams,
    body: order,
    reply: MadeApiKey,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
    example: { body: orderExample },
  },
} as const satisfies Endpoints
