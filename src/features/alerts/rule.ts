import * as z from 'zod'
import { severities } from './alert.ts'

const wellFormed = (text: string): boolean => text.isWellFormed() && !text.includes('\0')
const line = (max: number) => z.string().max(max).refine(wellFormed, 'Leave the character U+0000 out')
const seconds = (max: number) => z.number().int().min(0).max(max)
const weekSeconds = 604_800

/** `above` and `below` do not count the threshold itself. */
export const operators = ['above', 'below'] as const

/** Where a value is too much, and where it is enough again: between the two an alert stays as it is. */
const limit = {
  operator: z.enum(operators).default('above'),
  threshold: z.number(),
  recovery_threshold: z
    .number()
    .optional()
    .describe('An open alert ends only beyond this; the threshold itself if absent'),
}

const expression = line(20_000).min(1, 'Write a PromQL expression')
const query = line(10_000)

export const conditionTypes = ['promql', 'threshold', 'logs', 'heartbeat', 'event', 'regression'] as const

/** What is looked at, by its type. */
export const Condition = z.discriminatedUnion('type', [
  z
    .strictObject({
      type: z.literal('promql'),
      expr: expression,
      operator: z.enum(operators).optional(),
      threshold: z.number().optional(),
      recovery_threshold: z.number().optional(),
    })
    .describe('Every series of the result is an alert; with a threshold only those beyond it'),
  z
    .strictObject({
      type: z.literal('threshold'),
      metric: z
        .string()
        .regex(/^[a-zA-Z_:][\w:.]{0,199}$/)
        .describe('`cpu_usage` and other figures of this product, or the name of any metric'),
      ...limit,
    })
    .describe('One figure of every machine'),
  z
    .strictObject({
      type: z.literal('logs'),
      query: query.describe('As in the search of logs, or a LogQL selector'),
      count: z.enum(['count', 'rate', 'absence']).default('count').describe('`rate` is lines per second'),
      window_seconds: seconds(weekSeconds).min(1).default(300),
      by: line(200).optional().describe('A field: one alert for each of its values'),
      operator: z.enum(operators).default('above'),
      threshold: z.number().default(0),
      recovery_threshold: z.number().optional(),
    })
    .describe('How many lines matched in the window'),
  z
    .strictObject({
      type: z.literal('heartbeat'),
      source: z.enum(['push', 'metric', 'logs']).default('push'),
      query: query.default('').describe('For `metric` a PromQL selector, for `logs` a search'),
      timeout_seconds: seconds(weekSeconds).min(10),
    })
    .describe('Nothing was heard for so long'),
  z
    .strictObject({
      type: z.literal('event'),
      action: z
        .string()
        .regex(/^[\w.*-]{1,120}$/)
        .describe('Action of the audit log; `auth.*` for all that begin so'),
      result: z.enum(['ok', 'denied', 'failed']).optional(),
      actor: line(255).optional().describe('Label of who did it'),
      target: line(255).optional().describe('Id of what it was done to'),
      by: z.enum(['actor', 'target', 'address']).optional().describe('One alert for each of these'),
      window_seconds: seconds(weekSeconds).min(1).default(300),
      operator: z.enum(operators).default('above'),
      threshold: z.number().default(0),
      recovery_threshold: z.number().optional(),
    })
    .describe('How often something was done in the window'),
  z
    .strictObject({
      type: z.literal('regression'),
      signal: z.enum(['p95', 'error_rate']),
      days: z.number().int().min(2).max(28).default(7).describe('Days whose same hour is compared'),
      deviations: z.number().min(1).max(100).default(6).describe('Median absolute deviations that are usual'),
      ratio: z.number().min(1).max(100).default(1.5).describe('Times the median at least'),
      requests_min: z.number().min(1).max(1e9).default(50).describe('Requests in five minutes at least'),
    })
    .describe('Each route and model against its own recent days'),
])

export type Condition = z.output<typeof Condition>

const labelName = z.string().regex(/^[a-zA-Z_]\w{0,99}$/, 'Write letters, digits and "_"')
const few = (texts: Record<string, string>): boolean => Object.keys(texts).length <= 50

/** What a rule consists of, as it is stored. */
export const Rule = z.strictObject({
  name: line(200).min(1, 'Give it a name'),
  description: line(2_000),
  severity: z.enum(severities),
  condition: Condition,
  for_seconds: seconds(weekSeconds).describe('How long it has to last before the alert fires'),
  interval_seconds: seconds(86_400).min(5).describe('Between two evaluations'),
  keep_firing_seconds: seconds(weekSeconds).describe('How long it has to be over before the alert is resolved'),
  no_data: z.enum(['ok', 'alert', 'keep']).describe('When there is nothing to compare'),
  on_error: z.enum(['keep', 'alert']).describe('When it cannot be evaluated'),
  labels: z.record(labelName, line(2_000)).refine(few, 'At most 50 labels'),
  annotations: z
    .record(labelName, line(5_000))
    .refine(few, 'At most 50 annotations')
    .describe('Texts with `{{ labels.x }}`, `{{ value }}` and `{{ threshold }}` in them (Liquid)'),
  enabled: z.boolean(),
  /** Fields of whoever made it, kept as they are. */
  custom: z.record(z.string(), z.unknown()),
})

export type Rule = z.output<typeof Rule>

export const ruleDefaults: Omit<Rule, 'name' | 'condition'> = {
  description: '',
  severity: 'warning',
  for_seconds: 0,
  interval_seconds: 15,
  keep_firing_seconds: 0,
  no_data: 'ok',
  on_error: 'keep',
  labels: {},
  annotations: {},
  enabled: true,
  custom: {},
}
