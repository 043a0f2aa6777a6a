import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'
import { booleanQuery, time } from '#kernel/page.ts'

/** What every part of Alertmanager's API, version 2, has in common. */
const alertmanager = { mount: 'root', dialect: 'alertmanager', rate: 'protocol' } as const
const read = { ...alertmanager, access: 'alerts:read' } as const
const write = { ...alertmanager, access: 'alerts:write' } as const

const several = z
  .union([z.string().max(2_000), z.array(z.string().max(2_000)).max(50)])
  .default([])
  .transform((given) => (typeof given === 'string' ? [given] : given))

const labelName = z
  .string()
  .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'Write label names as letters, digits and _')
  .max(255)
const labelSet = z.record(z.string(), z.string())
const givenLabels = z.record(labelName, z.string().max(10_000))
const moment = z.iso.datetime({ offset: true })
const receiver = z.object({ name: z.string() })
const address = z.string().max(10_000)

const shown = {
  active: booleanQuery.default(true),
  silenced: booleanQuery.default(true),
  inhibited: booleanQuery.default(true),
  unprocessed: booleanQuery.default(true),
  filter: several.describe('Matchers such as `severity="critical"`'),
  receiver: z.string().max(1_000).optional().describe('An expression for names of receivers'),
}

const alert = z.object({
  annotations: labelSet,
  endsAt: time,
  fingerprint: z.string(),
  receivers: z.array(receiver),
  startsAt: time,
  status: z.object({
    state: z.enum(['unprocessed', 'active', 'suppressed']),
    silencedBy: z.array(z.string()),
    inhibitedBy: z.array(z.string()),
  }),
  updatedAt: time,
  generatorURL: z.string(),
  labels: labelSet,
})

/** `0001-01-01T00:00:00Z` is what Go programs send for no time at all. */
const optionalMoment = moment
  .optional()
  .transform((text) => (text === undefined || text.startsWith('0001-') ? undefined : Date.parse(text)))

const PostableAlert = z.object({
  labels: givenLabels.refine((labels) => Object.values(labels).some((value) => value !== ''), 'An alert needs labels'),
  annotations: givenLabels.default({}),
  startsAt: optionalMoment,
  endsAt: optionalMoment,
  generatorURL: address.default(''),
})

const givenMatcher = z.object({
  name: labelName,
  value: z.string().max(1_000),
  isRegex: z.boolean(),
  isEqual: z.boolean().default(true),
})
const matcher = z.object({ name: z.string(), value: z.string(), isRegex: z.boolean(), isEqual: z.boolean() })

const silence = z.object({
  id: z.string(),
  status: z.object({ state: z.enum(['expired', 'active', 'pending']) }),
  updatedAt: time,
  comment: z.string(),
  createdBy: z.string(),
  endsAt: time,
  startsAt: time,
  matchers: z.array(matcher),
})
export type WireSilence = z.output<typeof silence>

const params = z.object({ silence_id: z.string().min(1).max(128) })
const empty = z.object({})

export const alertmanagerEndpoints = {
  status: {
    ...read,
    method: 'GET',
    path: '/alertmanager/api/v2/status',
    summary: 'Alertmanager: what runs here',
    reply: z.object({
      cluster: z.object({ status: z.enum(['ready', 'settling', 'disabled']), name: z.string(), peers: z.array(empty) }),
      versionInfo: z.record(z.string(), z.string()),
      config: z.object({ original: z.string() }),
      uptime: time,
    }),
  },
  receivers: {
    ...read,
    method: 'GET',
    path: '/alertmanager/api/v2/receivers',
    summary: 'Alertmanager: list receivers',
    description: 'Enabled channels by their names.',
    reply: z.array(receiver),
  },
  alerts: {
    ...read,
    method: 'GET',
    path: '/alertmanager/api/v2/alerts',
    summary: 'Alertmanager: list alerts that fire',
    query: z.object(shown),
    reply: z.array(alert),
  },
  postAlerts: {
    ...write,
    method: 'POST',
    path: '/alertmanager/api/v2/alerts',
    summary: 'Alertmanager: report alerts',
    description:
      'As Prometheus does. An alert that is not reported again until `endsAt`, or for five minutes where there is none, has resolved.',
    body: z.array(PostableAlert).max(10_000),
    reply: empty,
    example: { body: [{ labels: { alertname: 'InstanceDown', severity: 'critical', instance: 'a:9100' } }] },
  },
  groups: {
    ...read,
    method: 'GET',
    path: '/alertmanager/api/v2/alerts/groups',
    summary: 'Alertmanager: list alerts as they are told together',
    query: z.object(shown).omit({ unprocessed: true }),
    reply: z.array(z.object({ labels: labelSet, receiver, alerts: z.array(alert) })),
  },
  silences: {
    ...read,
    method: 'GET',
    path: '/alertmanager/api/v2/silences',
    summary: 'Alertmanager: list silences',
    query: z.object({ filter: several, creator: several }),
    reply: z.array(silence),
  },
  postSilence: {
    ...write,
    method: 'POST',
    path: '/alertmanager/api/v2/silences',
    summary: 'Alertmanager: create a silence, or change the one with this id',
    body: z.object({
      id: z.string().max(128).optional(),
      matchers: z.array(givenMatcher).min(1).max(20),
      startsAt: moment,
      endsAt: moment,
      createdBy: z.string().max(255),
      comment: z.string().max(2_000),
    }),
    reply: z.object({ silenceID: z.string() }),
    errors: ['RESOURCE_NOT_FOUND'],
    example: {
      body: {
        matchers: [{ name: 'alertname', value: 'InstanceDown', isRegex: false }],
        startsAt: '2026-01-01T00:00:00Z',
        endsAt: '2100-01-01T00:00:00Z',
        createdBy: 'ops',
        comment: 'The machine is being moved',
      },
    },
  },
  silence: {
    ...read,
    method: 'GET',
    path: '/alertmanager/api/v2/silence/{silence_id}',
    summary: 'Alertmanager: read a silence',
    params,
    reply: silence,
    errors: ['RESOURCE_NOT_FOUND'],
  },
  expireSilence: {
    ...write,
    method: 'DELETE',
    path: '/alertmanager/api/v2/silence/{silence_id}',
    summary: 'Alertmanager: end a silence',
    params,
    reply: empty,
    errors: ['RESOURCE_NOT_FOUND'],
  },
} as const satisfies Endpoints
