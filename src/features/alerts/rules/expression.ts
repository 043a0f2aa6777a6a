import { figureExpression } from '../figures.ts'
import type { Condition } from '../rule.ts'

const signs = { above: '>', below: '<' } as const

const limited = (text: string, operator: 'above' | 'below' = 'above', threshold?: number): string =>
  threshold === undefined ? text : `${text} ${signs[operator]} ${threshold}`

/** The condition in one line, for lists. */
export function expressionOf(condition: Condition): string {
  switch (condition.type) {
    case 'promql':
      return limited(condition.expr, condition.operator, condition.threshold)
    case 'threshold':
      return limited(condition.metric, condition.operator, condition.threshold)
    case 'logs': {
      const { query, count, window_seconds, by, operator, threshold } = condition
      const what = `${query || 'all lines'} in ${window_seconds} s${by ? ` by ${by}` : ''}`
      return count === 'absence' ? `no ${what}` : limited(`${count} of ${what}`, operator, threshold)
    }
    case 'heartbeat':
      return `nothing heard${condition.query ? ` of ${condition.query}` : ''} for ${condition.timeout_seconds} s`
    case 'event': {
      const { action, window_seconds, operator, threshold } = condition
      return limited(`${action} in ${window_seconds} s`, operator, threshold)
    }
    case 'regression':
      return `${condition.signal} against the same hour of ${condition.days} days`
  }
}

/** PromQL whose graph shows what the condition looks at; null where it is no metric. */
export function graphOf(condition: Condition): string | null {
  if (condition.type === 'promql') return condition.expr
  if (condition.type === 'threshold') return figureExpression(condition.metric)
  return condition.type === 'heartbeat' && condition.source === 'metric' ? condition.query : null
}
