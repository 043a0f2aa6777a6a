import { AppError, invalid } from '#kernel/errors.ts'
import { validationError } from '#platform/http/errors.ts'
import { Rule as RuleSchema, ruleDefaults, type Condition, type Rule } from '../rule.ts'
import type { RuleInput } from '../contract.ts'

const ruleFields = Object.keys(RuleSchema.shape)
/** Not kept beside the condition that is made of them. */
const shortForms = new Set(['metric', 'operator', 'threshold', 'version'])

/**
 * The rule that is meant: what was sent over what was there, or over the defaults.
 * @throws AppError VALIDATION_FAILED
 */
export function ruleFrom(given: RuleInput, before: Rule | null): Rule {
  const said = Object.entries(given).filter(([, value]) => value !== undefined)
  const known = Object.fromEntries(said.filter(([name]) => ruleFields.includes(name)))
  const others = said.filter(([name]) => !ruleFields.includes(name) && !shortForms.has(name))
  const parsed = RuleSchema.safeParse({
    ...ruleDefaults,
    ...before,
    ...known,
    condition: conditionFrom(given, before?.condition),
    custom: { ...before?.custom, ...(isRecord(given['custom']) && given['custom']), ...Object.fromEntries(others) },
  })
  if (!parsed.success) throw validationError(parsed.error.issues, 'body')
  return parsed.data
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function conditionFrom(given: RuleInput, before: Condition | undefined): Condition {
  if (given.condition) return given.condition
  if (given.metric !== undefined) return overMetric(given.metric, given, given.threshold ?? thresholdOf(before))
  if (given.field !== undefined) return overField(given.field, given, given.custom_threshold)
  if (!before) throw invalid('condition', 'Give a condition; or metric and threshold; or field and custom_threshold')
  return withLimit(before, given)
}

function overMetric(metric: string, { operator }: RuleInput, threshold: number | undefined): Condition {
  if (threshold === undefined) throw invalid('threshold', 'Give a number')
  return { type: 'threshold', metric, operator: operator ?? 'above', threshold }
}

/** A field of log lines counts where any line of the last minutes is beyond the threshold. */
function overField(field: string, given: RuleInput, threshold: number | undefined): Condition {
  if (threshold === undefined) throw invalid('custom_threshold', 'Give a number')
  if (!field.startsWith('@')) return overMetric(field, given, threshold)
  const query = `${field}:${given.operator === 'below' ? '<' : '>'}${threshold}`
  return { type: 'logs', query, count: 'count', window_seconds: 300, operator: 'above', threshold: 0 }
}

function withLimit(before: Condition, { operator, threshold, custom_threshold }: RuleInput): Condition {
  const value = threshold ?? custom_threshold
  if (operator === undefined && value === undefined) return before
  if (!('threshold' in before) && before.type !== 'promql')
    throw new AppError('VALIDATION_FAILED', 'This rule has no threshold', { field: 'threshold' })
  return { ...before, ...(operator && { operator }), ...(value !== undefined && { threshold: value }) } as Condition
}

const thresholdOf = (condition: Condition | undefined): number | undefined =>
  condition && 'threshold' in condition ? condition.threshold : undefined
