import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'
import { done, time } from '#kernel/page.ts'
import { severities } from '#features/alerts/contract.ts'
import { TimeWindow } from './window.ts'

const id = z.string().min(1).max(128)
const params = z.object({ policy_id: id })
const daySeconds = 86_400

export const PolicyInput = z.strictObject({
  name: z.string().trim().min(1).max(200),
  description: z.string().max(2_000).default(''),
  /** Whom to tell, one after the other, until somebody acknowledges or it resolves. */
  steps: z
    .array(
      z.strictObject({
        /** After the first step was due. */
        delay_seconds: z
          .number()
          .int()
          .min(0)
          .max(7 * daySeconds),
        /** Ids. */
        channels: z.array(id).min(1).max(20),
      }),
    )
    .min(1)
    .max(20)
    .refine(
      (steps) => steps.every((step, index) => index === 0 || step.delay_seconds >= steps[index - 1]!.delay_seconds),
      'Put the steps in the order of their delays',
    ),
  /** After the last step all begins anew; null: it ends there. */
  repeat_seconds: z
    .number()
    .int()
    .min(60)
    .max(31 * daySeconds)
    .nullable()
    .default(null),
  /** What is held back until they end. */
  quiet_hours: z
    .array(
      z.strictObject({
        window: TimeWindow,
        /** Severities that are told nevertheless. */
        exempt: z.array(z.enum(severities)).max(4).default(['critical']),
      }),
    )
    .max(20)
    .default([]),
})
export type PolicyInput = z.output<typeof PolicyInput>

export const Policy = PolicyInput.extend({
  id: z.string(),
  /** Counts up with every change. */
  version: z.number().int(),
  updated_at: time,
  updated_by: z.string(),
  /** Whether a route leads here: such a policy cannot be deleted. */
  in_use: z.boolean(),
})
export type Policy = z.output<typeof Policy>

const example = {
  name: 'On call',
  steps: [
    { delay_seconds: 0, channels: ['c1'] },
    { delay_seconds: 600, channels: ['c2'] },
  ],
}

/** How it goes on for an alert that fires under a policy. */
const Escalation = z.object({
  alert_id: z.string(),
  policy_id: z.string(),
  policy_name: z.string(),
  /**
   * `coming`: unless somebody acknowledges, `next` is told. `over`: all steps were, and they do not repeat.
   * `silenced`, `inhibited` by another alert, `quiet`: nobody is told now.
   */
  state: z.enum(['coming', 'over', 'acknowledged', 'silenced', 'inhibited', 'quiet']),
  step_count: z.number().int(),
  /** Null where no step comes, or nobody knows when. */
  next: z
    .object({
      at: time,
      /** 1 for the first. */
      step: z.number().int(),
      channels: z.array(z.object({ id: z.string(), name: z.string(), kind: z.string() })),
      /** Whether quiet hours or mute times put it off until then. */
      held: z.boolean(),
    })
    .nullable(),
})
export type Escalation = z.output<typeof Escalation>

export const policyEndpoints = {
  listEscalations: {
    method: 'GET',
    path: '/notifications/escalations',
    summary: 'Tell of each alert that fires under a policy whom the next step tells, and when',
    description:
      'What comes soonest first. An alert that routes lead to several policies stands there once for each; one that they lead to channels alone does not.',
    access: 'alerts:read',
    query: z.object({ alert_id: id.optional() }),
    reply: z.object({ escalations: z.array(Escalation) }),
  },
  listPolicies: {
    method: 'GET',
    path: '/notifications/policies',
    summary: 'List escalation policies',
    access: 'alerts:read',
    reply: z.object({ policies: z.array(Policy) }),
  },
  createPolicy: {
    method: 'POST',
    path: '/notifications/policies',
    summary: 'Create an escalation policy',
    access: 'alerts:write',
    status: 201,
    body: PolicyInput,
    reply: Policy,
    errors: ['CONFLICT'],
    example: { body: example },
  },
  getPolicy: {
    method: 'GET',
    path: '/notifications/policies/{policy_id}',
    summary: 'Read an escalation policy',
    access: 'alerts:read',
    params,
    reply: Policy,
    errors: ['RESOURCE_NOT_FOUND'],
  },
  updatePolicy: {
    method: 'PUT',
    path: '/notifications/policies/{policy_id}',
    summary: 'Replace an escalation policy',
    description: 'Where somebody else saved since `version` was read, the answer is 409 CONFLICT.',
    access: 'alerts:write',
    params,
    body: z.strictObject({ version: z.number().int().min(1), policy: PolicyInput }),
    reply: Policy,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
  },
  deletePolicy: {
    method: 'DELETE',
    path: '/notifications/policies/{policy_id}',
    summary: 'Delete an escalation policy that no route leads to',
    access: 'alerts:write',
    params,
    reply: done,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
  },
  simulate: {
    method: 'POST',
    path: '/notifications/policies/simulate',
    summary: 'Tell who would be told when, if an alert with these labels fired',
    description:
      'Nothing is sent. As if the alert fired at `at`, nobody acknowledged it and it did not resolve; two rounds of a policy that repeats.',
    access: 'alerts:read',
    body: z.strictObject({
      labels: z.record(z.string().min(1).max(255), z.string().max(1_000)).default({}),
      severity: z.enum(severities).default('warning'),
      /** Defaults to now. */
      at: time.optional(),
    }),
    reply: z.object({
      /** Silences and alerts that would keep it from being told at all. */
      silenced_by: z.array(z.string()),
      inhibited_by: z.array(z.string()),
      paths: z.array(
        z.object({
          /** The way through the tree: `{}/{severity="critical"}`. */
          route: z.string(),
          group_labels: z.record(z.string(), z.string()),
          policy_id: z.string().nullable(),
          policy_name: z.string().nullable(),
          steps: z.array(
            z.object({
              at: time,
              /** 1 for the first. */
              step: z.number().int(),
              /** 1 for the first time, 2 when it is repeated. */
              round: z.number().int(),
              /** Whether quiet hours or mute times moved it. */
              held: z.boolean(),
              channels: z.array(z.object({ id: z.string(), name: z.string(), enabled: z.boolean() })),
            }),
          ),
        }),
      ),
    }),
    example: { body: { labels: { alertname: 'DiskFull' }, severity: 'critical' } },
  },
} as const satisfies Endpoints
