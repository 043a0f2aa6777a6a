import { queryOptions, useQuery } from '@tanstack/react-query'
import type { Reply } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'
import { call } from '#console/client.ts'

export type Escalation = Reply<Api['GET /notifications/escalations']>['escalations'][number]

/** Policies and silences change without an event; steps and alerts come live. */
const lookEveryMs = 15_000
/** The server has told by then whoever was due. */
const toldWithinMs = 1_000

/** How it goes on for the alerts that fire under a policy, the soonest first. */
export const escalationsQuery = queryOptions({
  queryKey: ['alerts', 'escalations'],
  queryFn: ({ signal }) => call('GET /notifications/escalations', { signal }),
  refetchInterval: ({ state: { data } }) => untilNext(data?.escalations ?? [], Date.now()),
})

/** When to look again: after the next step. */
export function untilNext(escalations: readonly Escalation[], nowMs: number): number {
  const dues = escalations.flatMap(({ next }) => (next ? [Date.parse(next.at) + toldWithinMs - nowMs] : []))
  return Math.min(lookEveryMs, ...dues.map((ms) => Math.max(ms, toldWithinMs)))
}

/** What comes soonest for each alert, by its id; undefined until it is known. */
export function useEscalations(enabled = true): ReadonlyMap<string, Escalation> | undefined {
  const { data } = useQuery({ ...escalationsQuery, enabled })
  return data && soonestOf(data.escalations)
}

/** The first that is listed of each alert. */
export const soonestOf = (escalations: readonly Escalation[]): Map<string, Escalation> =>
  new Map(escalations.toReversed().map((escalation) => [escalation.alert_id, escalation]))
