import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'
import { pageQuery, time } from '#kernel/page.ts'

/** `waiting` for its turn or its next attempt, `sending`, `sent`, or `dead`: given up, with a reason. */
export const deliveryStates = ['waiting', 'sending', 'sent', 'dead'] as const
export type DeliveryState = (typeof deliveryStates)[number]

const params = z.object({ delivery_id: z.string().min(1).max(128) })

export const Delivery = z.object({
  /** The same for every attempt; receivers see it as the id of the message. */
  id: z.string(),
  state: z.enum(deliveryStates),
  channel_id: z.string(),
  channel_name: z.string(),
  channel_kind: z.string(),
  group_key: z.string(),
  status: z.enum(['firing', 'resolved']),
  /** Why it was made: `new alerts`, `resolved`, `repeated`, `escalated: step 2`. */
  reason: z.string(),
  /** Names of its alerts. */
  title: z.string(),
  alert_count: z.number().int(),
  /** Those that it names; of a large group the first. */
  alert_ids: z.array(z.string()),
  attempt_count: z.number().int(),
  created_at: time,
  /** Null when it is sent or dead. */
  next_attempt_at: time.nullable(),
  finished_at: time.nullable(),
  /** What the other side said last, or why it was given up. */
  last_status: z.number().int().nullable(),
  last_detail: z.string().nullable(),
})

const attempt = z.object({
  /** 1 for the first. */
  number: z.number().int(),
  at: time,
  duration_ms: z.number(),
  outcome: z.string(),
  status: z.number().int().nullable(),
  detail: z.string(),
})

export const deliveryEndpoints = {
  listDeliveries: {
    method: 'GET',
    path: '/notifications/deliveries',
    summary: 'List what was told to whom, newest first',
    access: 'alerts:read',
    query: z.object({
      ...pageQuery(50, 500),
      state: z.enum(deliveryStates).optional(),
      channel_id: z.string().min(1).max(128).optional(),
      alert_id: z.string().min(1).max(128).optional().describe('Only those that told of this alert'),
    }),
    reply: z.object({ deliveries: z.array(Delivery), total: z.number().int(), has_more: z.boolean() }),
  },
  getDelivery: {
    method: 'GET',
    path: '/notifications/deliveries/{delivery_id}',
    summary: 'Read a delivery with its attempts and what was told',
    access: 'alerts:read',
    params,
    reply: Delivery.extend({
      attempts: z.array(attempt),
      /** As the channel was given it. */
      notification: z.record(z.string(), z.unknown()),
    }),
    errors: ['RESOURCE_NOT_FOUND'],
  },
  replayDelivery: {
    method: 'POST',
    path: '/notifications/deliveries/{delivery_id}/replay',
    summary: 'Send again what was sent or given up',
    description: 'With the same id, so that receivers that remember ids do not take it for something new.',
    access: 'alerts:write',
    params,
    status: 202,
    reply: Delivery,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
  },
} as const satisfies Endpoints
