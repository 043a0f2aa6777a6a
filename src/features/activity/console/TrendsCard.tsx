import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { formatNumber, formatPercent, plural } from '#console/format.ts'
import { BarChart } from '#console/ui/BarChart.tsx'
import { Card } from '#console/ui/Card.tsx'
import { ErrorPanel } from '#console/ui/ErrorPanel.tsx'
import { Segments } from '#console/ui/Segments.tsx'
import { Skeleton } from '#console/ui/Skeleton.tsx'
import { trendsQuery, type Trends } from './queries.ts'
import { periodName, tickOf } from './times.ts'

type Granularity = Trends['granularity']

const options: { value: Granularity; label: string }[] = [
  { value: 'day', label: 'Days' },
  { value: 'week', label: 'Weeks' },
  { value: 'month', label: 'Months' },
]

const periodsShown: Record<Granularity, number> = { day: 30, week: 12, month: 12 }
const present: Record<Granularity, string> = { day: 'Today', week: 'This week', month: 'This month' }
const before: Record<Granularity, string> = { day: 'yesterday', week: 'last week', month: 'last month' }

/** How activity goes up and down over weeks and months. */
export function TrendsCard() {
  const [granularity, setGranularity] = useState<Granularity>('day')
  const trends = useQuery(trendsQuery(granularity, periodsShown[granularity]))
  return (
    <Card
      title="Trend"
      className="col-span-full"
      aside={<Segments label="Periods" value={granularity} options={options} onChange={setGranularity} />}
    >
      {trends.data ? (
        <Trend trends={trends.data} />
      ) : trends.error ? (
        <ErrorPanel error={trends.error} what="the trend" onRetry={() => void trends.refetch()} />
      ) : (
        <Skeleton className="h-44" />
      )}
    </Card>
  )
}

function Trend({ trends: { granularity, periods, comparison } }: { trends: Trends }) {
  return (
    <div className="flex flex-col gap-3">
      <p>
        {present[granularity]} so far{' '}
        <Amount calls={comparison.current.api_call} users={comparison.current.unique_users} />
        <span className="text-muted">
          ; {before[granularity]} by the same time{' '}
          <Amount calls={comparison.previous.api_call} users={comparison.previous.unique_users} />
          {change(comparison.current.api_call, comparison.previous.api_call)}.
        </span>
      </p>
      <BarChart
        label={`Calls and users by ${granularity}`}
        height={140}
        parts={[{ label: 'calls' }]}
        bars={periods.map(({ start, counts, unique_users, complete }, index) => ({
          name: `${periodName(granularity, start)}${complete ? '' : ' (so far)'}, ${formatNumber(unique_users)} users, ${formatNumber(counts.login)} logins, ${formatNumber(counts.admin_action)} administrative actions`,
          tick: tickOf(granularity, start, index, periods.length),
          values: [counts.api_call],
        }))}
      />
    </div>
  )
}

const Amount = ({ calls, users }: { calls: number; users: number }) => (
  <>
    <strong className="font-semibold text-text">{plural(calls, 'call')}</strong> of {plural(users, 'user')}
  </>
)

function change(now: number, then: number): string {
  if (then === 0) return ''
  const percent = ((now - then) / then) * 100
  return `: ${formatPercent(Math.abs(percent))} ${percent < 0 ? 'fewer' : 'more'} calls`
}
