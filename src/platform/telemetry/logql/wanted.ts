import type { Grouping, LabelFilter, RangeAggregation, Stage } from './ast.ts'
import { errorLabel } from './line.ts'

/** A parser's errors may be asked for; others are never what the query is about. */
export const isParserError = (error: string): boolean => error === 'JSONParserErr' || error === 'LogfmtParserErr'

/** Whether lines with errors are what a query is about. */
export function asksForErrors({ query, unwrap, grouping }: RangeAggregation, summed: Grouping | null): boolean {
  const groups = [grouping, summed].some((each) => each && !each.without && each.labels.includes(errorLabel))
  const filters = query.stages.flatMap((stage) => (stage.kind === 'labelFilter' ? [stage.filter] : []))
  return (
    groups || [...filters, ...(unwrap?.filters ?? [])].some((filter) => filteredLabels(filter).includes(errorLabel))
  )
}

function filteredLabels(filter: LabelFilter): string[] {
  switch (filter.op) {
    case 'and':
    case 'or':
      return [...filteredLabels(filter.left), ...filteredLabels(filter.right)]
    case 'matcher':
      return [filter.matcher.name]
    default:
      return [filter.name]
  }
}

/** The labels that a parser has to find, where the aggregation names those it keeps; null for all. */
export function wantedLabels(
  { query, unwrap, grouping }: RangeAggregation,
  summed: Grouping | null,
): Set<string> | null {
  const kept = grouping ?? summed
  if (!kept || kept.without) return null
  const wanted = new Set(kept.labels)
  if (unwrap) wanted.add(unwrap.name)
  for (const filter of unwrap?.filters ?? []) filteredLabels(filter).forEach((name) => wanted.add(name))
  for (const stage of query.stages) {
    const names = namedBy(stage)
    if (names === null) return null
    names.forEach((name) => wanted.add(name))
  }
  return wanted
}

function namedBy(stage: Stage): string[] | null {
  switch (stage.kind) {
    case 'labelFilter':
      return filteredLabels(stage.filter)
    case 'labelFormat':
      return stage.formats.every((format) => 'from' in format) ? stage.formats.map(({ from }) => from) : null
    case 'lineFormat':
      return null
    case 'distinct':
      return stage.names
    case 'drop':
    case 'keep':
      return stage.labels.map(({ name }) => name)
    default:
      return []
  }
}
