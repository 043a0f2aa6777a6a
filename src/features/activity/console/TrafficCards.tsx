import { useMemo } from 'react'
import { BarChart } from '#console/ui/BarChart.tsx'
import { Card } from '#console/ui/Card.tsx'
import { Chart } from '#console/ui/Chart.tsx'
import type { Traffic } from './queries.ts'
import { inWords } from './range.ts'
import { periodName, tickOf } from './times.ts'

/** Requests by outcome, and how long they took. */
export function TrafficCards({ traffic, days }: { traffic: Traffic; days: number }) {
  const { granularity, periods } = traffic
  const times = useMemo(() => periods.map(({ start }) => Date.parse(start)), [periods])
  const series = useMemo(
    () => [
      { label: 'p95', values: periods.map(({ p95_ms }) => p95_ms) },
      { label: 'mean', values: periods.map(({ avg_ms }) => avg_ms) },
    ],
    [periods],
  )
  const per = granularity === 'hour' ? 'per hour' : 'per day'
  return (
    <>
      <Card title={`Calls ${per}`}>
        <BarChart
          label={`Calls ${per} over ${inWords(days)} by outcome`}
          height={160}
          parts={[
            { label: 'answered' },
            { label: 'refused (4xx)', level: 'warn' },
            { label: 'failed (5xx)', level: 'error' },
          ]}
          bars={periods.map(({ start, by_status }, index) => ({
            name: periodName(granularity, start),
            tick: tickOf(granularity, start, index, periods.length),
            values: [by_status['2xx'] + by_status['3xx'], by_status['4xx'], by_status['5xx']],
          }))}
        />
      </Card>
      <Card title="Response time">
        <Chart
          label={`Response time ${per} over ${inWords(days)}`}
          times={times}
          series={series}
          unit="ms"
          height={160}
        />
      </Card>
    </>
  )
}
