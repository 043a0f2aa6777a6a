import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useMe } from '#console/me.ts'
import type { Annotation } from '#console/ui/Chart.tsx'
import { minuteMs } from '#kernel/time.ts'
import { historyQuery, type Alert } from './queries.ts'
import { severityLevel } from './words.ts'

/** Alerts that fired within a span of time, as marks of a chart; none for who may not read alerts. */
export function useAlertMarks({ fromMs, toMs }: { fromMs: number; toMs: number }): Annotation[] {
  const { can } = useMe()
  // By the minute, so that a page that follows the time does not ask at every step.
  const from = new Date(Math.floor(fromMs / minuteMs) * minuteMs).toISOString()
  const to = new Date(Math.ceil(toMs / minuteMs) * minuteMs).toISOString()
  const { data } = useQuery({
    ...historyQuery({ q: '', severity: undefined, state: undefined, rule_id: '', from, to, offset: 0 }),
    enabled: can('alerts:read'),
    refetchInterval: minuteMs,
  })
  return useMemo(() => marksOf(data?.alerts ?? [], { fromMs, toMs }), [data, fromMs, toMs])
}

/** Alerts that stand close together share one word. */
export function marksOf(
  alerts: readonly Pick<Alert, 'fired_at' | 'name' | 'severity'>[],
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Annotation[] {
  const roomMs = (toMs - fromMs) / 8
  const fired = alerts
    .flatMap(({ fired_at, name, severity }) =>
      fired_at === null ? [] : [{ at: Date.parse(fired_at), label: name, level: severityLevel[severity] }],
    )
    .filter(({ at }) => at >= fromMs && at <= toMs)
    .toSorted((a, b) => a.at - b.at)
  let labelledAt = -Infinity
  return fired.map((mark) => {
    if (mark.at - labelledAt <= roomMs) return { ...mark, label: '' }
    labelledAt = mark.at
    return mark
  })
}
