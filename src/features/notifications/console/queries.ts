import { queryOptions } from '@tanstack/react-query'
import type { Reply, Request } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'
import { call } from '#console/client.ts'
import { queryClient } from '#console/queryClient.ts'

export type Channel = Reply<Api['GET /notifications/channels']>['channels'][number]
export type ChannelKind = Channel['kind']
export type NewChannel = Request<Api['POST /notifications/channels']>['body']
export type TestAnswer = Reply<Api['POST /notifications/channels/{channel_id}/test']>
export type Policy = Reply<Api['GET /notifications/policies']>['policies'][number]
export type QuietHours = Policy['quiet_hours'][number]
export type TimeWindow = QuietHours['window']
export type StoredRouting = Reply<Api['GET /notifications/routes']>
export type Routing = StoredRouting['routing']
export type InhibitRule = Routing['inhibit_rules'][number]
export type MuteTimes = Routing['mute_times'][number]
export type Simulation = Reply<Api['POST /notifications/policies/simulate']>
export type Silence = Reply<Api['GET /notifications/silences']>['silences'][number]
export type Delivery = Reply<Api['GET /notifications/deliveries']>['deliveries'][number]

export const channelsQuery = queryOptions({
  queryKey: ['channels'],
  queryFn: ({ signal }) => call('GET /notifications/channels', { signal }),
})

export const policiesQuery = queryOptions({
  queryKey: ['policies'],
  queryFn: ({ signal }) => call('GET /notifications/policies', { signal }),
})

export const routingQuery = queryOptions({
  queryKey: ['routing'],
  queryFn: ({ signal }) => call('GET /notifications/routes', { signal }),
})

export const perPage = 50

export const silencesQuery = (state: Silence['state'] | undefined, offset: number) =>
  queryOptions({
    queryKey: ['silences', 'list', state, offset],
    queryFn: ({ signal }) => call('GET /notifications/silences', { query: { state, offset, limit: perPage }, signal }),
    placeholderData: (before) => before,
    refetchInterval: 30_000,
  })

export const silenceQuery = (id: string) =>
  queryOptions({
    queryKey: ['silences', 'one', id],
    queryFn: ({ signal }) => call('GET /notifications/silences/{silence_id}', { params: { silence_id: id }, signal }),
  })

interface DeliveriesWanted {
  state: Delivery['state'] | undefined
  channel_id: string
  alert_id: string
  offset: number
}

export const deliveriesQuery = (wanted: DeliveriesWanted) =>
  queryOptions({
    queryKey: ['deliveries', 'list', wanted],
    queryFn: ({ signal }) => call('GET /notifications/deliveries', { query: { ...wanted, limit: perPage }, signal }),
    placeholderData: (before) => before,
  })

export const deliveryQuery = (id: string) =>
  queryOptions({
    queryKey: ['deliveries', 'one', id],
    queryFn: ({ signal }) =>
      call('GET /notifications/deliveries/{delivery_id}', { params: { delivery_id: id }, signal }),
  })

export const refresh = (
  ...names: ('channels' | 'policies' | 'routing' | 'silences' | 'deliveries')[]
): Promise<unknown> => Promise.all(names.map((name) => queryClient.invalidateQueries({ queryKey: [name] })))
