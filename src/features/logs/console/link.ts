import { pb } from '#console/paths.ts'
import { stringifySearch } from '#console/search.ts'
import type { LogsSearch } from './address.ts'
import { zoneParam } from '#console/timeZone.ts'
import { absolute, type Span } from '#console/timeRange.ts'

/** An address that shows the same to whoever opens it whenever: the range stands still, the line is marked. */
export const linkTo = (
  { q, cols, wrap, collapse, context }: LogsSearch,
  span: Span,
  lineId: string | undefined,
): string =>
  `${location.origin}${pb.logs()}${stringifySearch({
    q: q || undefined,
    ...absolute(span),
    [zoneParam]: new URLSearchParams(location.search).get(zoneParam) ?? undefined,
    at: lineId,
    context: context && lineId ? '1' : undefined,
    cols: cols.length > 0 ? cols.join(',') : undefined,
    wrap: wrap ? '1' : undefined,
    collapse: collapse ? '1' : undefined,
  })}`
