import { severityOfLevel } from '../ingest/level.ts'
import type { LabelFilter, LogExpression, Stage } from '../logql/ast.ts'
import { queryError } from '../logql/error.ts'
import { parseLogql } from '../logql/parse.ts'
import { selection } from '../logql/select.ts'
import type { LinePredicate, LogFilter } from '../logs/logs.ts'

/**
 * The lines that a LogQL query selects, as far as that can be asked of a store: its selector, its line filters, and
 * filters of labels, for which fields of a line count whether a parser is named or not.
 * @throws AppError VALIDATION_FAILED with the position of what cannot
 */
export function logqlFilter(text: string): Pick<LogFilter, 'matchers' | 'where'> {
  const expression = logExpression(text)
  const { filter } = selection({ ...expression, stages: expression.stages.filter(({ kind }) => kind === 'lineFilter') })
  const conditions = filter.where ? [filter.where] : []
  expression.stages.forEach((stage, index) => {
    if (parsers.has(stage.kind)) return
    const predicate = stagePredicate(stage)
    if (predicate === undefined) {
      const { from, to } = expression.places[index]!
      throw queryError(
        text,
        from,
        to,
        'a filter takes selectors, line filters, json, logfmt and comparisons of labels with texts and numbers',
      )
    }
    if (predicate) conditions.push(predicate)
  })
  const where: LinePredicate | undefined = conditions.length > 1 ? { op: 'and', of: conditions } : conditions[0]
  return { ...filter, ...(where && { where }) }
}

export function logExpression(text: string): LogExpression {
  const expression = parseLogql(text)
  if (expression.kind === 'log') return expression
  throw queryError(text, 0, text.length, 'write a query of lines, such as {app="api"} |= "error"')
}

/** Without arguments they say how to read the fields of a line, which the store knows by itself. */
const parsers = new Set<Stage['kind']>(['json', 'logfmt'])

/** Null for what the selection has already; undefined for what no store can be asked. */
function stagePredicate(stage: Stage): LinePredicate | null | undefined {
  if (stage.kind === 'lineFilter')
    return stage.terms.every(({ how }) => how === 'contains' || how === 'matches') ? null : undefined
  return stage.kind === 'labelFilter' ? labelPredicate(stage.filter) : undefined
}

function labelPredicate(filter: LabelFilter): LinePredicate | undefined {
  switch (filter.op) {
    case 'and':
    case 'or': {
      const [left, right] = [labelPredicate(filter.left), labelPredicate(filter.right)]
      return left && right && { op: filter.op, of: [left, right] }
    }
    case 'matcher':
      return matcherPredicate(filter)
    case 'compare':
      if (filter.unit !== 'number') return undefined
      return { op: 'field', name: filter.name, compare: filter.compare, value: String(filter.value) }
    case 'ip':
      return undefined
  }
}

const levelLabels = new Set(['level', 'detected_level'])

function matcherPredicate({ matcher: { name, op, value } }: LabelFilter & { op: 'matcher' }): LinePredicate {
  const isNegated = op === '!=' || op === '!~'
  const severity = levelLabels.has(name) && (op === '=' || op === '!=') ? severityOfLevel(value) : 0
  let predicate: LinePredicate
  if (severity > 0) predicate = { op: 'severity', in: [severity] }
  else if (name === 'service_name' && (op === '=' || op === '!=')) predicate = { op: 'service', in: [value] }
  else if (op === '=' || op === '!=') predicate = { op: 'field', name, compare: '=', value }
  else predicate = { op: 'field', name, compare: '=~', pattern: `^(?:${value})$` }
  return isNegated ? { op: 'not', of: predicate } : predicate
}
