import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { call } from './client.ts'
import { useCan } from './me.ts'
import { pb } from './paths.ts'
import type { Annotation } from './ui/Chart.tsx'
import { minuteMs } from '#kernel/time.ts'
import { severityLevel } from './severity.ts'

/** More would hide what the chart shows. */
const marksMax = 100

/** Alerts that fired at some time of a span, each for as long as it did; none for who may not read alerts. */
export function useAlertMarks({ fromMs, toMs }: { fromMs: number; toMs: number }): Annotation[] {
  const can = useCan()
  // By the minute, so that a page that follows the time does not ask at every step.
  const from = new Date(Math.floor(fromMs / minuteMs) * minuteMs).toISOString()
  const to = new Date(Math.ceil(toMs / minuteMs) * minuteMs).toISOString()
  const { data } = useQuery({
    queryKey: ['alerts', 'marks', from, to],
    queryFn: ({ signal }) =>
      call('GET /alerts/history', { query: { resolved_from: from, to, limit: marksMax }, signal }),
    placeholderData: (before) => before,
    enabled: can('alerts:read').ok,
    refetchInterval: minuteMs,
  })
  return useMemo(
    () =>
      (data?.alerts ?? []).flatMap(({ id, fired_at, resolved_at, name, severity }) =>
        fired_at === null
          ? []
          : [
              {
                at: Date.parse(fired_at),
                // What goes on reaches to the end of every chart.
                to: resolved_at === null ? Infinity : Date.parse(resolved_at),
                label: name,
                level: severityLevel[severity],
                path: pb.alert(id),
              },
            ],
      ),
    [data],
  )
}
