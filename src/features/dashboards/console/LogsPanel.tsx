import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Reply } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'
import { call } from '#console/client.ts'
import { formatClock } from '#console/format.ts'
import { useCan } from '#console/me.ts'
import { pb } from '#console/paths.ts'
import type { Span } from '#console/timeRange.ts'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { StatusShape, type StatusLevel } from '#console/ui/Status.tsx'
import type { Panel } from './queries.ts'
import { interpolate, type Scope } from './variables.ts'

type Severity = Reply<Api['POST /logs/search']>['rows'][number]['severity']

const linesMax = 100

interface LogsPanelProps {
  panel: Panel
  span: Span
  scope: Scope | undefined
  tick: number
  isVisible: boolean
}

/** The newest lines that match, in the words of the Logs page. */
export function LogsPanel({ panel, span, scope, tick, isVisible }: LogsPanelProps) {
  const can = useCan()('logs:read')
  const query = scope ? interpolate(panel.queries[0]?.expr ?? '', scope) : ''
  const lines = useQuery({
    queryKey: ['dashboards', 'lines', query, span.fromMs, span.toMs, tick],
    queryFn: ({ signal }) =>
      call('POST /logs/search', {
        body: {
          query,
          from: new Date(span.fromMs).toISOString(),
          to: new Date(span.toMs).toISOString(),
          limit: linesMax,
          count_max: 0,
        },
        signal,
      }),
    enabled: can.ok && scope !== undefined && isVisible,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  })
  if (!can.ok)
    return (
      <EmptyState kind="denied" title="Logs are not for you">
        {can.reason}
      </EmptyState>
    )
  if (lines.error && !lines.data)
    return <ErrorPanel error={lines.error} what="the lines" onRetry={() => void lines.refetch()} />
  if (!lines.data) return isVisible && <Skeleton className="h-full" />
  if (lines.data.rows.length === 0)
    return <p className="flex h-full items-center justify-center text-muted">No line matches in this range</p>
  return (
    <div tabIndex={0} role="group" aria-label={`${panel.title || 'Logs'}, lines`} className="h-full overflow-auto">
      <ul className="font-mono text-sm leading-5">
        {lines.data.rows.map(({ id, timestamp, severity, service, line }) => (
          <li key={id} className="flex gap-2">
            <span className="shrink-0 text-faint">{formatClock(timestamp)}</span>
            <span className="flex shrink-0 items-center">
              <StatusShape level={levels[severity]} />
              <span className="sr-only">{severity}</span>
            </span>
            <span className="shrink-0 text-muted max-md:hidden">{service}</span>
            <span className="min-w-0 break-all">{line}</span>
          </li>
        ))}
      </ul>
      <p className="py-1 text-sm">
        <Link
          to={pb.logs()}
          search={{
            q: query,
            from: new Date(span.fromMs).toISOString(),
            to: new Date(span.toMs).toISOString(),
          }}
          className="text-link underline"
        >
          All in Logs
        </Link>
      </p>
    </div>
  )
}

const levels: Record<Severity, StatusLevel> = {
  critical: 'critical',
  error: 'error',
  warn: 'warn',
  info: 'info',
  debug: 'unknown',
  trace: 'unknown',
  unknown: 'unknown',
}
