import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'
import { done, time } from '#kernel/page.ts'
import { EmailConfig } from './email/config.ts'
import { line } from './fields.ts'
import { PagerdutyConfig } from './pagerduty/config.ts'
import { SlackConfig } from './slack/config.ts'
import { SmsConfig } from './sms/config.ts'
import { WebhookConfig } from './webhook/config.ts'

export const channelKinds = ['email', 'slack', 'sms', 'webhook', 'pagerduty'] as const

const outcomes = ['sent', 'retry', 'refused', 'gone'] as const
const params = z.object({ channel_id: z.string().min(1).max(128) })
const name = line(100)
const enabled = z.boolean().default(true)

const answer = {
  outcome: z.enum(outcomes).describe('`retry`: not now; `refused`: never; `gone`: nobody is there any more'),
  status: z.number().int().nullable().describe('Of HTTP or SMTP; null where nothing answered'),
  detail: z.string().describe('In the words of the other side'),
}

export const Channel = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(channelKinds),
  enabled: z.boolean(),
  /** Without its secrets. */
  config: z.record(z.string(), z.unknown()),
  /** Names of the secret fields that are set. */
  secrets_set: z.array(z.string()),
  /** Where messages go, in a few words. */
  target: z.string(),
  /** Counts up with every change. */
  version: z.number().int(),
  created_at: time,
  updated_at: time,
  updated_by: z.string(),
  /** How the last message fared; null before the first. */
  last_delivery: z.object({ at: time, ...answer }).nullable(),
})

const common = { name, enabled }

/** What each kind is told to be made. */
const NewChannel = z.discriminatedUnion('kind', [
  z.strictObject({ ...common, kind: z.literal('email'), config: EmailConfig }),
  z.strictObject({ ...common, kind: z.literal('slack'), config: SlackConfig }),
  z.strictObject({ ...common, kind: z.literal('sms'), config: SmsConfig }),
  z.strictObject({ ...common, kind: z.literal('webhook'), config: WebhookConfig }),
  z.strictObject({ ...common, kind: z.literal('pagerduty'), config: PagerdutyConfig }),
])

export type NewChannel = z.output<typeof NewChannel>

export const channelsEndpoints = {
  listChannels: {
    method: 'GET',
    path: '/notifications/channels',
    summary: 'List the channels by which alerts reach people and programs',
    access: 'alerts:read',
    reply: z.object({ channels: z.array(Channel) }),
  },
  createChannel: {
    method: 'POST',
    path: '/notifications/channels',
    summary: 'Create a channel',
    access: 'alerts:write',
    status: 201,
    body: NewChannel,
    reply: Channel,
    errors: ['CONFLICT'],
    example: {
      body: {
        name: 'Operations',
        kind: 'email',
        config: { host: 'mail.example.com', from: 'miktos@example.com', to: ['ops@example.com'] },
      },
    },
  },
  getChannel: {
    method: 'GET',
    path: '/notifications/channels/{channel_id}',
    summary: 'Read one channel; secrets are never shown',
    access: 'alerts:read',
    params,
    reply: Channel,
    errors: ['RESOURCE_NOT_FOUND'],
  },
  updateChannel: {
    method: 'PUT',
    path: '/notifications/channels/{channel_id}',
    summary: 'Replace the name, state or configuration of a channel',
    description:
      'Secret fields that are left out of `config` stay as they are, null takes one away. Who changes where they go (`host`, `url`, `base_url`) writes them anew. `version`, the one that was read, guards against overwriting: 409 CONFLICT where somebody else saved since.',
    access: 'alerts:write',
    params,
    body: z.strictObject({
      name,
      enabled,
      config: z.record(z.string(), z.unknown()),
      version: z.number().int().min(1).describe('As it was read'),
    }),
    reply: Channel,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
  },
  removeChannel: {
    method: 'DELETE',
    path: '/notifications/channels/{channel_id}',
    summary: 'Delete a channel that no policy uses',
    access: 'alerts:write',
    params,
    reply: done,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
  },
  testChannel: {
    method: 'POST',
    path: '/notifications/channels/{channel_id}/test',
    summary: 'Send a message marked as a test, and answer what the other side said',
    description: 'Answers 200 whatever the other side said: see `outcome`.',
    access: 'alerts:write',
    params,
    reply: z.object({ ...answer, duration_ms: z.number().int() }),
    errors: ['RESOURCE_NOT_FOUND'],
  },
} as const satisfies Endpoints
