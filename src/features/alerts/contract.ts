import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'
import { booleanQuery, done, pageQuery, time, timeQuery } from '#kernel/page.ts'
import { alertStates, severities } from './alert.ts'
import { Condition, conditionTypes, operators, Rule } from './rule.ts'

/** The contracts of other features speak of them too, and the console reads contracts alone. */
export { severities }

const count = z.number().int()
const id = z.string().min(1).max(128)
const note = z.string().max(5_000)
const text = z.string().max(255)
const ruleParams = z.object({ rule_id: id })
const alertParams = z.object({ alert_id: id })
const texts = z.record(z.string(), z.string())

/**
 * A rule as it is sent. What is left out keeps its value, or gets its default when the rule is made. Instead of
 * `condition` the short forms: `metric`, `operator`, `threshold`; or `field`, `operator`, `custom_threshold`, where a
 * field that begins with `@` is one of log lines. Fields with other names are kept and answered in `custom`.
 */
export const RuleInput = z
  .looseObject({
    ...Rule.omit({ condition: true, custom: true }).partial().shape,
    condition: Condition.optional(),
    metric: z.string().max(200).optional(),
    operator: z.enum(operators).optional(),
    threshold: z.number().optional(),
    field: z.string().max(200).optional(),
    custom_threshold: z.number().optional(),
    version: count.min(1).optional().describe('The one that was read, when it is changed'),
  })
  .refine((given) => JSON.stringify(given).length <= 100_000, 'A rule has at most 100,000 characters')

export type RuleInput = z.output<typeof RuleInput>

export const ruleStates = ['ok', 'pending', 'firing', 'no_data', 'error', 'broken', 'disabled', 'unknown'] as const

/** A rule and how it stands. */
export const RuleView = Rule.extend({
  id: z.string(),
  /** A rule that came with the product can be switched off and given other thresholds, not deleted. */
  builtin: z.boolean(),
  /** Null where what is stored cannot be read; `error` says why. */
  condition: Condition.nullable(),
  /** The condition in one line. */
  expression: z.string(),
  /** Counts up with every change. */
  version: count,
  created_at: time,
  updated_at: time,
  updated_by: z.string(),
  /** `unknown` until it was evaluated. */
  state: z.enum(ruleStates),
  pending: count,
  firing: count,
  /** Alerts that began to fire in the last day. */
  fired_24h: count,
  evaluated_at: time.nullable(),
  evaluation_ms: z.number().nullable(),
  error: z.string().nullable(),
})

/** An alert, open or resolved. */
export const AlertView = z.object({
  id: z.string(),
  rule_id: z.string().nullable(),
  /** `rule`, or who reported it. */
  source: z.string(),
  fingerprint: z.string(),
  name: z.string(),
  severity: z.enum(severities),
  state: z.enum(alertStates),
  labels: texts,
  annotations: texts,
  value: z.number().nullable(),
  threshold: z.number().nullable(),
  generator_url: z.string(),
  pending_at: time,
  /** Null while it is pending, and where it went away before it fired. */
  fired_at: time.nullable(),
  acknowledged_at: time.nullable(),
  acknowledged_by: z.string().nullable(),
  resolved_at: time.nullable(),
  /** Null where it went away by itself. */
  resolved_by: z.string().nullable(),
  resolution: z.string().nullable(),
  note: z.string().nullable(),
  updated_at: time,
  /** How often one with this fingerprint began to fire in the last day, this one among them. */
  fired_24h: count,
})

const timelineEntry = z.object({
  id: z.string(),
  at: time,
  /** A state, or `note`, `notified`, `escalated`, `silenced`. */
  what: z.string(),
  by: z.string().nullable(),
  detail: z.string(),
})

export const AlertDetail = AlertView.extend({
  timeline: z.array(timelineEntry),
  /** Null where another system reported it, or the rule is gone. */
  rule: z
    .object({ id: z.string(), name: z.string(), condition: Condition.nullable(), expression: z.string() })
    .nullable(),
  /** How often it fired before, newest first. */
  earlier: z.array(
    z.object({ id: z.string(), fired_at: time, resolved_at: time.nullable(), resolution: z.string().nullable() }),
  ),
})

const span = z.object({ labels: texts, from: time, to: time.nullable(), peak: z.number().nullable() })

/** One thing that a rule found, or might find. */
const sample = z.object({
  labels: texts,
  value: z.number().nullable(),
  /** What else its texts may speak of: `baseline` and `requests` of a regression. */
  facts: z.record(z.string(), z.number()).default({}),
})

const changeOfRule = z.object({
  name: z.string(),
  /** `unchanged` where it is already as the file says. */
  change: z.enum(['create', 'update', 'unchanged']),
})

export const alertsEndpoints = {
  rules: {
    method: 'GET',
    path: '/alerts',
    aliases: ['/alerts/rules'],
    summary: 'List alert rules with how they stand',
    access: 'alerts:read',
    reply: z.object({
      rules: z.array(RuleView),
      /** When any rule was evaluated last; null before the first time. */
      evaluated_at: time.nullable(),
      total: count,
    }),
  },
  create: {
    method: 'POST',
    path: '/alerts',
    aliases: ['/alerts/rules'],
    summary: 'Create an alert rule',
    description:
      'Who creates a rule over logs, metrics or the audit log needs the right to read those. Short forms of `condition`: `metric`, `operator`, `threshold` for a figure of this product (`cpu_usage`, `memory_usage`, `disk_usage`, `error_rate`, `response_time`, in percent and milliseconds) or any metric; `field`, `operator`, `custom_threshold` for any metric or, begun with `@`, a field of log lines. Further fields are kept and answered in `custom`.',
    access: 'alerts:write',
    status: 201,
    body: RuleInput,
    reply: RuleView,
    errors: ['CONFLICT'],
    example: {
      body: { name: 'Busy processors', metric: 'cpu_usage', operator: 'above', threshold: 80, for_seconds: 300 },
    },
  },
  metrics: {
    method: 'GET',
    path: '/alerts/metrics',
    summary: 'List the figures of this product that a threshold may be set on',
    access: 'alerts:read',
    reply: z.object({
      metrics: z.array(z.object({ metric: z.string(), unit: z.string(), description: z.string(), expr: z.string() })),
    }),
  },
  preview: {
    method: 'POST',
    path: '/alerts/preview',
    summary: 'Tell how often a rule would have fired',
    description:
      'Evaluates it over the last hours without storing anything: over metrics, lines, the audit log, and routes against their earlier days. Calls of heartbeats are not kept, so of those there is no preview.',
    access: 'alerts:write',
    rate: 'metrics',
    body: z.strictObject({ rule: RuleInput, hours: z.number().int().min(1).max(168).default(24) }),
    reply: z.object({
      fired: count.nullable().describe('Null where nothing is recorded to look back at; `note` says why'),
      /** Times at which alerts fired, in order; at most 500. */
      spans: z.array(span),
      series: count,
      step_seconds: count,
      /** The newest alert that there would have been; else what was looked at last. */
      sample: sample.nullable(),
      /** From when on it is recorded, where that is later than what was asked for. */
      since: time.nullable(),
      /** What was compared, of lines and events: at most 500 points (ms since 1970) of ten lines. */
      drawn: z
        .object({
          times: z.array(z.number()),
          lines: z.array(z.object({ labels: texts, values: z.array(z.number().nullable()) })),
        })
        .nullable(),
      /** Why there is no preview, or less of it than was asked for. */
      note: z.string().nullable(),
    }),
    errors: ['QUERY_FAILED', 'LIMIT_EXCEEDED', 'QUERY_TIMEOUT', 'UPSTREAM_UNAVAILABLE'],
    example: { body: { rule: { name: 'Busy', metric: 'cpu_usage', threshold: 80 } } },
  },
  texts: {
    method: 'POST',
    path: '/alerts/texts',
    summary: 'Show what the texts of a rule come to for one alert',
    description: 'Labels and annotations are templates (Liquid). Without `sample` their labels stand for themselves.',
    access: 'alerts:write',
    body: z
      .strictObject({
        name: text.default(''),
        type: z.enum(conditionTypes).default('threshold'),
        threshold: z.number().nullable().default(null),
        labels: Rule.shape.labels.default({}),
        annotations: Rule.shape.annotations.default({}),
        sample: sample.optional(),
      })
      .refine((given) => JSON.stringify(given).length <= 100_000, 'These are at most 100,000 characters'),
    reply: z.object({
      /** Those that are not understood stay as they were written. */
      labels: texts,
      annotations: texts,
      problems: z.array(z.object({ field: z.string(), message: z.string() })),
      /** Of which alert they speak; not real where it was made up. */
      sample: sample.extend({ is_real: z.boolean() }),
    }),
    example: { body: { threshold: 85, annotations: { summary: '{{ labels.instance }} is at {{ value }} %' } } },
  },
  exportRules: {
    method: 'GET',
    path: '/alerts/export',
    summary: 'Export alert rules as YAML',
    access: 'alerts:read',
    produces: 'application/yaml',
    reply: z.string(),
  },
  importRules: {
    method: 'POST',
    path: '/alerts/import',
    summary: 'Import alert rules from YAML',
    description:
      "What was exported here, or a file of Prometheus' rules (groups, alert, expr, for, labels, annotations). A rule of the same name is replaced. All or nothing: with problems nothing is stored.",
    access: 'alerts:write',
    body: z.strictObject({
      yaml: z.string().max(1_000_000),
      dry_run: z.boolean().default(false).describe('Only tell what would change'),
    }),
    reply: z.object({
      dry_run: z.boolean(),
      changes: z.array(changeOfRule),
      problems: z.array(z.object({ where: z.string(), message: z.string() })),
    }),
    errors: ['CONFLICT'],
    example: { body: { yaml: 'groups: []', dry_run: true } },
  },
  active: {
    method: 'GET',
    path: '/alerts/active',
    summary: 'List open alerts',
    access: 'alerts:read',
    query: z.object({
      state: z.enum(['pending', 'firing', 'acknowledged']).optional(),
      severity: z.enum(severities).optional(),
      label: text.optional().describe('`name=value`; several with commas between'),
      rule_id: id.optional(),
      q: text.optional().describe('Part of the name'),
      pending: booleanQuery.default(true).describe('Whether those that do not fire yet are listed'),
    }),
    reply: z.object({
      alerts: z.array(AlertView),
      counts: z.object({ pending: count, firing: count, acknowledged: count }),
    }),
  },
  history: {
    method: 'GET',
    path: '/alerts/history',
    summary: 'List alerts that fired, open and resolved, newest first',
    access: 'alerts:read',
    query: z.object({
      ...pageQuery(50, 500),
      severity: z.enum(severities).optional(),
      state: z.enum(['firing', 'acknowledged', 'resolved']).optional(),
      rule_id: id.optional(),
      fingerprint: id.optional(),
      q: text.optional().describe('Part of the name'),
      from: timeQuery.optional().describe('Fired at that time or later'),
      to: timeQuery.optional().describe('Fired before that time'),
      resolved_from: timeQuery.optional().describe('Resolved at that time or later, or not yet'),
    }),
    reply: z.object({ alerts: z.array(AlertView), total: count, has_more: z.boolean() }),
  },
  activeAlert: {
    method: 'GET',
    path: '/alerts/active/{alert_id}',
    summary: 'Read one alert with its timeline',
    description: 'By its id, or by its fingerprint: then the newest of it.',
    access: 'alerts:read',
    params: alertParams,
    reply: AlertDetail,
    errors: ['RESOURCE_NOT_FOUND'],
  },
  acknowledge: {
    method: 'POST',
    path: '/alerts/active/{alert_id}/acknowledge',
    summary: 'Acknowledge an alert: somebody is at it',
    access: 'alerts:write',
    params: alertParams,
    body: z.strictObject({ note: note.optional() }).optional(),
    reply: AlertView,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
  },
  resolve: {
    method: 'POST',
    path: '/alerts/active/{alert_id}/resolve',
    summary: 'Resolve an alert by hand',
    description: 'Where its condition still holds, the rule opens a new one at its next evaluation.',
    access: 'alerts:write',
    params: alertParams,
    body: z.strictObject({ note: note.optional() }).optional(),
    reply: AlertView,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
  },
  addNote: {
    method: 'POST',
    path: '/alerts/active/{alert_id}/note',
    summary: 'Write a note on an alert',
    access: 'alerts:write',
    params: alertParams,
    body: z.strictObject({ note: note.min(1) }),
    reply: AlertView,
    errors: ['RESOURCE_NOT_FOUND'],
  },
  heartbeat: {
    method: 'POST',
    path: '/alerts/heartbeats/{rule_id}',
    summary: 'Tell a heartbeat rule that all is well',
    description: 'To be called by jobs, with an API key. Not counted against the general rate.',
    access: ['alerts:write', 'metrics:write'],
    rate: 'protocol',
    params: ruleParams,
    reply: done,
    errors: ['RESOURCE_NOT_FOUND'],
  },
  firing: {
    method: 'GET',
    path: '/metrics/alerts',
    summary: 'List alerts that fire now',
    access: 'alerts:read',
    reply: z.object({
      alerts: z.array(
        z.object({
          id: z.string(),
          name: z.string(),
          severity: z.enum(severities),
          service: z.string(),
          description: z.string(),
          started_at: time,
          value: z.number().nullable(),
          threshold: z.number().nullable(),
        }),
      ),
    }),
  },
  get: {
    method: 'GET',
    path: '/alerts/{rule_id}',
    summary: 'Read one alert rule',
    access: 'alerts:read',
    params: ruleParams,
    reply: RuleView,
    errors: ['RESOURCE_NOT_FOUND'],
  },
  update: {
    method: 'PUT',
    path: '/alerts/{rule_id}',
    summary: 'Change an alert rule',
    description:
      'What is left out stays. With `version`, the one that was read, the answer is 409 CONFLICT where somebody else saved since. Of rules that came with the product only threshold, times, severity, labels, annotations and `enabled` change.',
    access: 'alerts:write',
    params: ruleParams,
    body: RuleInput,
    reply: RuleView,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
    example: { body: { threshold: 90, for_seconds: 600 } },
  },
  remove: {
    method: 'DELETE',
    path: '/alerts/{rule_id}',
    summary: 'Delete an alert rule',
    description: 'Its open alerts are resolved. Rules that came with the product can be switched off instead.',
    access: 'alerts:write',
    params: ruleParams,
    reply: done,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
  },
} as const satisfies Endpoints
