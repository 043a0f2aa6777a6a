import { pb } from '#console/paths.ts'
import type { Span } from '#console/timeRange.ts'
import { askedBy } from './asked.ts'
import type { Panel } from './queries.ts'
import type { Scope } from './variables.ts'

/** Where the first query can be worked on, its variables filled in; undefined for a panel without metrics. */
export function exploreLink(panel: Panel, span: Span, scope: Scope): string | undefined {
  const [first] = askedBy(panel, span, scope)
  return first && `${pb.explore()}?q=${encodeURIComponent(first.query)}`
}
