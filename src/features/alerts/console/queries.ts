import { queryOptions } from '@tanstack/react-query'
import type { Reply } from '#kernel/contract.ts'
import type { Api } from '#console/api.ts'
import { call } from '#console/client.ts'
import { queryClient } from '#console/queryClient.ts'

export type Active = Reply<Api['GET /alerts/active']>
export type Alert = Active['alerts'][number]
export type AlertDetail = Reply<Api['GET /alerts/active/{alert_id}']>
export type Rules = Reply<Api['GET /alerts']>
export type Rule = Rules['rules'][number]
export type Condition = NonNullable<Rule['condition']>
export type Severity = Alert['severity']
export type AlertState = Alert['state']
export type Silence = Reply<Api['GET /notifications/silences']>['silences'][number]
export type Matcher = Silence['matchers'][number]
export type Delivery = Reply<Api['GET /notifications/deliveries']>['deliveries'][number]

/** As bad as they get, the worst first. */
export const severities = ['critical', 'error', 'warning', 'info'] as const satisfies readonly Severity[]

/** Values move without an event; states come live. */
const valuesEveryMs = 15_000
const rulesEveryMs = 10_000

/** All open alerts: one query for the page, the badge and the overview. */
export const activeQuery = queryOptions({
  queryKey: ['alerts', 'active'],
  queryFn: ({ signal }) => call('GET /alerts/active', { signal }),
  refetchInterval: valuesEveryMs,
})

export const alertQuery = (id: string) =>
  queryOptions({
    queryKey: ['alerts', 'one', id],
    queryFn: ({ signal }) => call('GET /alerts/active/{alert_id}', { params: { alert_id: id }, signal }),
    refetchInterval: valuesEveryMs,
  })

export const rulesQuery = queryOptions({
  queryKey: ['alerts', 'rules'],
  queryFn: ({ signal }) => call('GET /alerts', { signal }),
  refetchInterval: rulesEveryMs,
})

export const ruleQuery = (id: string) =>
  queryOptions({
    queryKey: ['alerts', 'rule', id],
    queryFn: ({ signal }) => call('GET /alerts/{rule_id}', { params: { rule_id: id }, signal }),
  })

export const figuresQuery = queryOptions({
  queryKey: ['alerts', 'figures'],
  queryFn: ({ signal }) => call('GET /alerts/metrics', { signal }),
  staleTime: Infinity,
})

export const historyPerPage = 50

interface HistoryWanted {
  q: string
  severity: Severity | undefined
  state: 'firing' | 'acknowledged' | 'resolved' | undefined
  rule_id: string
  from: string | undefined
  to: string | undefined
  offset: number
}

export const historyQuery = (wanted: HistoryWanted) =>
  queryOptions({
    queryKey: ['alerts', 'history', wanted],
    queryFn: ({ signal }) => call('GET /alerts/history', { query: { ...wanted, limit: historyPerPage }, signal }),
    placeholderData: (before) => before,
  })

const silencesMax = 500

/** Those in force now. */
export const silencesInForceQuery = queryOptions({
  queryKey: ['silences', 'active'],
  queryFn: ({ signal }) =>
    call('GET /notifications/silences', { query: { state: 'active', limit: silencesMax }, signal }),
})

const deliveriesLookedAt = 200

/** The newest messages: which alerts were told by which channels. */
export const latestDeliveriesQuery = queryOptions({
  queryKey: ['deliveries', 'latest'],
  queryFn: ({ signal }) => call('GET /notifications/deliveries', { query: { limit: deliveriesLookedAt }, signal }),
})

export const refreshAlerts = (): Promise<void> => queryClient.invalidateQueries({ queryKey: ['alerts'] })
export const refreshSilences = (): Promise<void> => queryClient.invalidateQueries({ queryKey: ['silences'] })
