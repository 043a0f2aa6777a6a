import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useLive } from '#console/live.ts'
import { healthQuery, ranges, samplesQuery, type Health, type Range } from './queries.ts'
import { appended, type SampleRow } from './samples.ts'

/** Figures of the requests of some minutes. */
export interface Traffic {
  count: number
  per_second: number
  failed_ratio: number
  p50_ms: number | null
  p95_ms: number | null
}

interface LiveMetrics {
  at: string
  values: SampleRow['values']
  last_minute: Traffic
  last_5_minutes: Traffic
}

/** Adds every new sample to the charts; returns the figures of the last minute once there are some. */
export function useLiveMetrics(range: Range): Traffic | undefined {
  const [traffic, setTraffic] = useState<Traffic>()
  const queryClient = useQueryClient()
  useLive<LiveMetrics>('metrics', ({ data: { at, values, last_minute } }) => {
    const row = { at: Date.parse(at), values }
    queryClient.setQueryData(samplesQuery(range).queryKey, (rows: SampleRow[] = []) =>
      appended(rows, row, ranges[range]),
    )
    setTraffic(last_minute)
  })
  return traffic
}

export function useLiveHealth(): void {
  const queryClient = useQueryClient()
  useLive<Pick<Health, 'status' | 'components'>>('health', ({ data }) => {
    queryClient.setQueryData(healthQuery.queryKey, (before: Health | undefined) => ({ ...before, ...data }))
  })
}
