import { invalid } from '#kernel/errors.ts'
import type { Permission } from '#kernel/permissions.ts'
import type { Context } from '#platform/context.ts'
import { compileLogFilter } from '#platform/telemetry/filter/index.ts'
import { parsePromql, selectorsOf, typeOf } from '#platform/telemetry/promql/index.ts'
import type { Condition, Rule } from '../rule.ts'
import { checkTemplate } from '../templates.ts'

/**
 * Whether the rule can be evaluated, and whether the actor may read what it tells.
 * @throws AppError VALIDATION_FAILED or PERMISSION_DENIED
 */
export function checkRule(ctx: Context, { condition, annotations }: Pick<Rule, 'condition' | 'annotations'>): void {
  const needed = permissionFor(condition)
  if (needed) ctx.require(needed)
  checkCondition(condition)
  for (const [name, text] of Object.entries(annotations)) checkTemplate(`annotations.${name}`, text)
}

function permissionFor(condition: Condition): Permission | null {
  switch (condition.type) {
    case 'logs':
      return 'logs:read'
    case 'event':
      return 'audit:read'
    case 'heartbeat':
      return { push: null, metric: 'metrics:read', logs: 'logs:read' }[condition.source] as Permission | null
    default:
      return 'metrics:read'
  }
}

/** @throws AppError VALIDATION_FAILED */
export function checkCondition(condition: Condition): void {
  if (condition.type === 'promql') checkExpression(condition.expr)
  if (condition.type === 'logs') compileLogFilter(condition.query)
  if (condition.type === 'heartbeat' && condition.source === 'metric') selectorsOf(condition.query)
  if (condition.type === 'heartbeat' && condition.source === 'logs') compileLogFilter(condition.query)
  if ('threshold' in condition || 'recovery_threshold' in condition) checkLimit(condition)
}

function checkExpression(text: string): void {
  const type = typeOf(parsePromql(text))
  if (type === 'string' || type === 'range vector')
    throw invalid('condition.expr', `This yields a ${type}; write an expression that yields an instant vector`)
}

interface Limit {
  operator?: 'above' | 'below' | undefined
  threshold?: number | undefined
  recovery_threshold?: number | undefined
}

function checkLimit({ operator = 'above', threshold, recovery_threshold }: Limit): void {
  if (recovery_threshold === undefined) return
  if (threshold === undefined) throw invalid('condition.threshold', 'A recovery threshold needs a threshold')
  const isBeyond = operator === 'above' ? recovery_threshold > threshold : recovery_threshold < threshold
  if (isBeyond)
    throw invalid('condition.recovery_threshold', `Write at ${operator === 'above' ? 'most' : 'least'} ${threshold}`)
}
