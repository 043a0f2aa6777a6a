import { useQuery } from '@tanstack/react-query'
import type { Unit } from '#console/ui/unit.ts'
import { figuresQuery, type Condition } from './queries.ts'

/** As charts call them. */
const units: Record<string, Unit> = {
  percent: 'percent',
  milliseconds: 'ms',
  bytes: 'bytes',
  per_second: 'per_second',
  count: 'count',
}

/** What the numbers of a figure of this product are; undefined for everything else. */
export function useFigureUnit(condition: Condition | null | undefined): Unit | undefined {
  const { data } = useQuery(figuresQuery)
  if (condition?.type !== 'threshold') return undefined
  return units[data?.metrics.find(({ metric }) => metric === condition.metric)?.unit ?? '']
}
