import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'
import { booleanQuery, time } from '#kernel/page.ts'

export const SettingInForce = z.object({
  key: z.string(),
  group: z.string(),
  description: z.string(),
  value: z.unknown().describe('Null where nothing is set, and always for a secret'),
  set: z.boolean(),
  default: z.unknown(),
  default_text: z.string().nullable().describe('How the default follows from other settings'),
  source: z.object({
    kind: z.enum(['flag', 'env', 'env-file', 'dotenv', 'file', 'database', 'default']),
    name: z.string().describe('`--server-port`, `MIKTOS_SERVER_PORT`, `miktos.yaml:12`'),
  }),
  env: z.string(),
  aliases: z.array(z.string()),
  flag: z.string().nullable(),
  editable: z.boolean().describe('Whether it can change at run time at all'),
  locked: z.boolean(),
  locked_reason: z.string().nullable(),
  secret: z.boolean(),
  type: z.enum(['boolean', 'integer', 'number', 'text', 'list']),
  options: z.array(z.string()).nullable(),
  minimum: z.number().nullable(),
  maximum: z.number().nullable(),
  problem: z.string().nullable().describe('Why a value stored here is not used'),
  updated_at: time.nullable().describe('When a value was stored here'),
  updated_by: z.string().nullable(),
})

const Configuration = z.object({
  /** Flat, as `PUT /config` takes it; secrets are null. */
  config: z.record(z.string(), z.unknown()),
  settings: z.array(SettingInForce),
  your_address: z.string().nullable().describe('From where this request came, as the allow list sees it'),
})

export const settingsEndpoints = {
  get: {
    method: 'GET',
    path: '/config',
    aliases: ['/settings', '/admin/config'],
    summary: 'Read every setting: its value, where it comes from and whether it can be changed here',
    access: 'settings:read',
    reply: Configuration,
  },
  update: {
    method: 'PUT',
    path: '/config',
    aliases: ['/settings', '/admin/config', 'PATCH /config'],
    summary: 'Change settings; what is left out stays, null puts the default back',
    description:
      'All of it or nothing, at once and in every server. A setting owned by a flag, the environment or a file is refused with the reason. Values that are in force already are passed over, so the `config` that was read can be sent back with one value changed.',
    access: 'settings:configure',
    sensitive: true,
    query: z.object({ force: booleanQuery.default(false).describe('Also set an allow list that locks you out') }),
    body: z.record(z.string().max(100), z.unknown()),
    reply: Configuration.extend({ changed: z.array(z.string()) }),
    errors: ['SETTING_LOCKED'],
    example: { body: { rate_limit: 200, ip_allow_list: ['10.0.0.0/8'], log_level: null } },
  },
  schema: {
    method: 'GET',
    path: '/config/schema',
    aliases: ['/settings/schema', '/admin/config/schema'],
    summary: 'Read the JSON Schema of miktos.yaml, for editors',
    access: 'public',
    reply: z.record(z.string(), z.unknown()),
  },
} as const satisfies Endpoints
