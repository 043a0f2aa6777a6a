import { useQuery } from '@tanstack/react-query'
import { queryOptions } from '@tanstack/react-query'
import { call } from '#console/client.ts'
import { queryClient } from '#console/queryClient.ts'
import { latestDeliveriesQuery, silencesInForceQuery, severities, type Alert, type Delivery } from './queries.ts'

const rank = ({ state, severity }: Alert): number =>
  (state === 'pending' ? severities.length : 0) + severities.indexOf(severity)

/** What fires before what may yet fire, the worst first; of equals those that wait for somebody, then the oldest. */
export const inOrder = (alerts: readonly Alert[]): Alert[] =>
  alerts.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      Number(a.state === 'acknowledged') - Number(b.state === 'acknowledged') ||
      sinceOf(a).localeCompare(sinceOf(b)),
  )

/** When it began, ISO. */
export const sinceOf = ({ fired_at, pending_at }: Pick<Alert, 'fired_at' | 'pending_at'>): string =>
  fired_at ?? pending_at

export interface Told {
  channel: string
  /** Of the newest message. */
  state: Delivery['state']
}

/** By which channels each alert was told, by its id; of each channel the newest message counts. */
export function toldBy(deliveries: readonly Delivery[]): Map<string, Told[]> {
  const told = new Map<string, Told[]>()
  for (const { alert_ids, channel_name, state } of deliveries) {
    for (const id of alert_ids) {
      const known = told.get(id) ?? []
      if (!known.some(({ channel }) => channel === channel_name))
        told.set(id, [...known, { channel: channel_name, state }])
    }
  }
  return told
}

export function useTold(): Map<string, Told[]> {
  const { data } = useQuery(latestDeliveriesQuery)
  return toldBy(data?.deliveries ?? [])
}

/** More silences than that are not looked into: the list stays right, marks may lack. */
const lookedIntoMax = 20

/** Ids of alerts that nobody is told of now. */
export const silencedQuery = queryOptions({
  queryKey: ['silences', 'silenced'],
  queryFn: async ({ signal }): Promise<string[]> => {
    const { silences } = await queryClient.fetchQuery({ ...silencesInForceQuery, staleTime: 0 })
    const fitting = silences.filter(({ matched_now }) => matched_now > 0).slice(0, lookedIntoMax)
    const each = await Promise.all(
      fitting.map(({ id }) => call('GET /notifications/silences/{silence_id}', { params: { silence_id: id }, signal })),
    )
    return each.flatMap(({ alerts }) => alerts.map(({ id }) => id))
  },
})

export function useSilenced(): ReadonlySet<string> {
  const { data } = useQuery(silencedQuery)
  return new Set(data)
}
