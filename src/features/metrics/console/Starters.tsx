import { useQuery } from '@tanstack/react-query'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { CodeBlock } from '#console/ui/CodeBlock.tsx'
import { EmptyState } from '#console/ui/EmptyState.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { secondMs } from '#kernel/time.ts'
import { metricNamesQuery } from '#console/promql/names.ts'
import { startersOf, startersShown } from './starters.ts'

/** The first sample is waited for; afterwards nothing here changes by itself. */
const whileNone = ({ state }: { state: { data?: string[] | undefined } }): number | false =>
  state.data?.length === 0 ? 5 * secondMs : false

/** Stands where the result will stand: queries that the metrics at hand can answer, one click each. */
export function Starters({ onStart }: { onStart: (expression: string) => void }) {
  const { data, error, refetch } = useQuery({ ...metricNamesQuery, refetchInterval: whileNone })
  if (error && !data) return <ErrorPanel error={error} what="the metrics" onRetry={() => void refetch()} />
  if (data?.length === 0) return <NoMetrics />
  return (
    <section aria-label="Queries to begin with">
      <h2 className="mb-2 text-sm font-medium text-muted">Begin with one of these, or write your own above</h2>
      <div className="grid grid-cols-1 gap-2 md:grid-cols-2 xl:grid-cols-4">
        {data
          ? startersOf(data).map((starter) => (
              <button
                key={starter.label}
                type="button"
                onClick={() => onStart(starter.expression)}
                className="flex min-h-16 min-w-0 flex-col rounded-lg border border-border bg-surface p-3 text-left hover:border-strong hover:bg-hover"
              >
                <span className="font-medium">{starter.label}</span>
                <span className="line-clamp-2 font-mono text-sm break-all text-muted">{starter.expression}</span>
              </button>
            ))
          : Array.from({ length: startersShown }, (_, index) => (
              // Placeholders have no identity.
              // oxlint-disable-next-line react/no-array-index-key
              <Skeleton key={index} className="h-20" />
            ))}
      </div>
    </section>
  )
}

const remoteWrite = (): string => `remote_write:
  - url: ${location.origin}/prometheus/api/v1/write
    authorization:
      credentials: mk_…`

const NoMetrics = () => (
  <>
    <EmptyState kind="none" title="No metric was received in the last day">
      Let Prometheus send what it has by remote write, or let this server scrape a target. What comes appears here by
      itself.
    </EmptyState>
    <div className="mx-auto mb-6 max-w-2xl">
      <CodeBlock what="configuration" code={remoteWrite()} />
    </div>
  </>
)
