import { useQuery } from '@tanstack/react-query'
import type { ComponentProps } from 'react'
import { useCan } from '#console/me.ts'
import { healthLevel } from '#console/health.ts'
import { areComing } from '#console/queryClient.ts'
import { oneOf, useSearch } from '#console/search.ts'
import { CardSkeletons } from '#console/ui/CardSkeletons.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { PageHeader } from '#console/ui/PageHeader.tsx'
import { Segments } from '#console/ui/Segments.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { StaleNote } from '#console/ui/StaleNote.tsx'
import { Status } from '#console/ui/Status.tsx'
import { Attention } from './Attention.tsx'
import { Charts } from './Charts.tsx'
import { FirstSteps } from './FirstSteps.tsx'
import { HealthStrip } from './HealthStrip.tsx'
import { useLiveHealth, useLiveMetrics } from './live.ts'
import { healthQuery, ownKeysQuery, ranges, samplesQuery, statsQuery, type Range } from './queries.ts'
import { RecentEvents } from './RecentEvents.tsx'
import { ServerCard } from './ServerCard.tsx'
import { Tiles } from './Tiles.tsx'
import { useAttention } from './useAttention.ts'

const spans: Record<Range, string> = { '5m': 'the last 5 minutes', '15m': 'the last 15 minutes', '1h': 'the last hour' }
const overallWords = { healthy: 'All is well', degraded: 'Degraded', unhealthy: 'Something is down' }

/** Attention, health, tiles and charts. */
const coming: ComponentProps<typeof CardSkeletons>['rows'] = [
  { cards: 1, height: 72 },
  { cards: 1, height: 86 },
  { cards: 4, height: 82 },
  { cards: 2, height: 240 },
]

/** While somebody looks, samples come this often or more. */
const sampleEveryMs = 5_000

export default function OverviewPage() {
  const [{ range }, setSearch] = useSearch({ range: oneOf<Range>(['5m', '15m', '1h'], '15m') })
  const can = useCan()
  const traffic = useLiveMetrics(range)
  useLiveHealth()
  const health = useQuery(healthQuery)
  const stats = useQuery(statsQuery)
  const samples = useQuery({ ...samplesQuery(range), enabled: can('metrics:read').ok })
  const keys = useQuery({ ...ownKeysQuery, enabled: can('api-keys:own').ok })
  const attention = useAttention(health.data)
  const latest = samples.data?.at(-1)
  return (
    <>
      <PageHeader
        title="Overview"
        aside={
          health.data ? (
            <Status level={healthLevel[health.data.status]}>{overallWords[health.data.status]}</Status>
          ) : (
            areComing(health) && <Skeleton className="h-4 w-20" />
          )
        }
        actions={
          <>
            {latest && <StaleNote updatedAt={latest.at} intervalMs={sampleEveryMs} />}
            <Segments
              label="Range of the charts"
              value={range}
              options={[
                { value: '5m', label: '5 minutes' },
                { value: '15m', label: '15 minutes' },
                { value: '1h', label: '1 hour' },
              ]}
              onChange={(value) => setSearch({ range: value })}
            />
          </>
        }
      />
      {areComing(health, stats, keys) || attention.isComing ? (
        <CardSkeletons rows={coming} />
      ) : (
        <div className="grid grid-cols-2 gap-3 max-lg:grid-cols-1">
          <FirstSteps stats={stats.data} ownKeyCount={keys.data?.total} />
          {health.data ? (
            <>
              <Attention
                items={attention.items}
                checked={Object.keys(health.data.components ?? {}).length}
                checkedAt={new Date(health.dataUpdatedAt).toISOString()}
              />
              <HealthStrip health={health.data} updatedAt={health.dataUpdatedAt} />
            </>
          ) : (
            health.error && (
              <div className="col-span-full">
                <ErrorPanel error={health.error} what="health" onRetry={() => void health.refetch()} />
              </div>
            )
          )}
          <Tiles traffic={traffic} stats={stats.data} statsFailed={stats.isError} />
          <Charts
            rows={samples.data}
            error={samples.error}
            onRetry={() => void samples.refetch()}
            spanMs={ranges[range]}
            span={spans[range]}
          />
          <ServerCard latest={latest} />
          {can('audit:read').ok && <RecentEvents />}
        </div>
      )}
    </>
  )
}
