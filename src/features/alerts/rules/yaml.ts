import * as z from 'zod'
import { AppError } from '#kernel/errors.ts'
import { durationMs } from '#kernel/duration.ts'
import { secondMs } from '#kernel/time.ts'
import { yaml } from '#platform/later.ts'
import { RuleInput } from '../contract.ts'
import { ruleDefaults, type Rule } from '../rule.ts'
import { severityOf } from '../severity.ts'
import { fromGo } from '../templates.ts'
import { ruleFrom } from './input.ts'
import type { KnownRule } from './known.ts'

/** Rules as YAML: without what has its default. Those that cannot be read are left out. */
export function yamlOf(rules: readonly KnownRule[]): string {
  const written = rules.flatMap(({ rule }) => (rule ? [withoutDefaults(rule)] : []))
  return yaml().stringify({ rules: written }, { lineWidth: 120 })
}

const withoutDefaults = (rule: Rule): Partial<Rule> =>
  Object.fromEntries(
    Object.entries(rule).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify((ruleDefaults as Record<string, unknown>)[name]),
    ),
  )

export interface Problem {
  /** `groups.0.rules.2`, or `line 4`. */
  where: string
  message: string
}

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String)

/** A group as Prometheus has them. https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/ */
const group = z.looseObject({
  name: scalar.optional(),
  interval: z.string().optional(),
  rules: z.array(z.looseObject({})).max(5_000).default([]),
})

const alerting = z.object({
  alert: scalar,
  expr: scalar,
  for: z.string().optional(),
  keep_firing_for: z.string().optional(),
  labels: z.record(z.string(), scalar).nullish(),
  annotations: z.record(z.string(), scalar).nullish(),
})

const file = z.looseObject({
  rules: z.array(z.looseObject({})).max(5_000).nullish(),
  groups: z.array(group).max(1_000).nullish(),
})

/** Every rule of the file, and what of it is none. @throws AppError VALIDATION_FAILED where it is no YAML */
export function rulesIn(text: string): { rules: { where: string; rule: Rule }[]; problems: Problem[] } {
  const parsed = file.safeParse(contentOf(text))
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => ({ where: path.join('.') || 'file', message }))
    return { rules: [], problems }
  }
  const { rules = [], groups = [] } = parsed.data
  const read = [
    ...(rules ?? []).map((given, index) => attempt(`rules.${index}`, () => ruleFrom(RuleInput.parse(given), null))),
    ...(groups ?? []).flatMap(({ interval, rules: of }, at) =>
      of
        .filter((given) => !('record' in given))
        .map((given, index) => attempt(`groups.${at}.rules.${index}`, () => fromPrometheus(given, interval))),
    ),
  ]
  return {
    rules: read.filter((one) => 'rule' in one),
    problems: read.filter((one) => 'message' in one),
  }
}

function contentOf(text: string): unknown {
  try {
    return yaml().parse(text, { maxAliasCount: 100 }) ?? {}
  } catch (error) {
    throw new AppError('VALIDATION_FAILED', `This is no YAML: ${error instanceof Error ? error.message : ''}`, {
      field: 'yaml',
    })
  }
}

function attempt(where: string, read: () => Rule): { where: string; rule: Rule } | Problem {
  try {
    return { where, rule: read() }
  } catch (error) {
    if (error instanceof AppError) return { where, message: error.message }
    if (error instanceof z.ZodError) {
      const [issue] = error.issues
      return { where: [where, ...(issue?.path ?? [])].join('.'), message: issue?.message ?? 'not understood' }
    }
    throw error
  }
}

function fromPrometheus(given: unknown, interval: string | undefined): Rule {
  const { alert, expr, for: lasting, keep_firing_for, labels, annotations } = alerting.parse(given)
  const { severity, ...others } = labels ?? {}
  return ruleFrom(
    RuleInput.parse({
      name: alert,
      severity: severityOf(severity),
      condition: { type: 'promql', expr },
      for_seconds: secondsOf(lasting, 0),
      keep_firing_seconds: secondsOf(keep_firing_for, 0),
      interval_seconds: Math.max(5, secondsOf(interval, ruleDefaults.interval_seconds)),
      labels: others,
      annotations: Object.fromEntries(Object.entries(annotations ?? {}).map(([name, text]) => [name, fromGo(text)])),
    }),
    null,
  )
}

function secondsOf(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  const ms = durationMs(text)
  if (ms === undefined) throw new AppError('VALIDATION_FAILED', `${JSON.stringify(text)} is no duration`)
  return Math.round(ms / secondMs)
}
