import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'
import { done, pageQuery, time } from '#kernel/page.ts'
import { severities } from '#features/alerts/contract.ts'
import { Matcher } from '../routing/matcher.ts'

export const silenceStates = ['active', 'pending', 'expired'] as const
export type SilenceState = (typeof silenceStates)[number]

const params = z.object({ silence_id: z.string().min(1).max(128) })
const matchers = z.array(Matcher).min(1).max(20)

export const SilenceInput = z.strictObject({
  /** All have to hold. */
  matchers,
  /** Defaults to now. */
  starts_at: time.optional(),
  ends_at: time,
  /** Why: required, because others will wonder. */
  reason: z.string().trim().min(1, 'Say why').max(2_000),
})
export type SilenceInput = z.output<typeof SilenceInput>

const matched = z.object({
  id: z.string(),
  name: z.string(),
  severity: z.enum(severities),
  labels: z.record(z.string(), z.string()),
})

export const Silence = z.object({
  id: z.string(),
  state: z.enum(silenceStates),
  matchers: z.array(Matcher),
  starts_at: time,
  ends_at: time,
  reason: z.string(),
  created_by: z.string(),
  created_at: time,
  updated_at: time,
  updated_by: z.string(),
  /** Open alerts that fulfil it now. */
  matched_now: z.number().int(),
})

export const silenceEndpoints = {
  listSilences: {
    method: 'GET',
    path: '/notifications/silences',
    summary: 'List silences, those that end last first',
    access: 'alerts:read',
    query: z.object({ ...pageQuery(50, 500), state: z.enum(silenceStates).optional() }),
    reply: z.object({ silences: z.array(Silence), total: z.number().int(), has_more: z.boolean() }),
  },
  createSilence: {
    method: 'POST',
    path: '/notifications/silences',
    summary: 'Keep quiet about alerts until a time',
    description: 'They are still evaluated, shown and kept; nobody is told that they fire.',
    access: 'alerts:write',
    status: 201,
    body: SilenceInput,
    reply: Silence,
    example: {
      body: {
        matchers: [{ name: 'alertname', op: '=', value: 'DiskFull' }],
        ends_at: '2100-01-01T00:00:00.000Z',
        reason: 'The disk is being replaced',
      },
    },
  },
  previewSilence: {
    method: 'POST',
    path: '/notifications/silences/preview',
    summary: 'List the open alerts that matchers fit now',
    access: 'alerts:read',
    body: z.strictObject({ matchers }),
    reply: z.object({ alerts: z.array(matched), total: z.number().int() }),
    example: { body: { matchers: [{ name: 'alertname', op: '=', value: 'DiskFull' }] } },
  },
  getSilence: {
    method: 'GET',
    path: '/notifications/silences/{silence_id}',
    summary: 'Read a silence with the alerts it fits now',
    access: 'alerts:read',
    params,
    reply: Silence.extend({ alerts: z.array(matched) }),
    errors: ['RESOURCE_NOT_FOUND'],
  },
  updateSilence: {
    method: 'PUT',
    path: '/notifications/silences/{silence_id}',
    summary: 'Change a silence that has not ended',
    access: 'alerts:write',
    params,
    body: SilenceInput,
    reply: Silence,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
  },
  expireSilence: {
    method: 'POST',
    path: '/notifications/silences/{silence_id}/expire',
    summary: 'End a silence now',
    description: 'One that has ended already stays as it is.',
    access: 'alerts:write',
    params,
    reply: Silence,
    errors: ['RESOURCE_NOT_FOUND'],
  },
  deleteSilence: {
    method: 'DELETE',
    path: '/notifications/silences/{silence_id}',
    summary: 'Delete a silence',
    access: 'alerts:write',
    params,
    reply: done,
    errors: ['RESOURCE_NOT_FOUND'],
  },
} as const satisfies Endpoints
