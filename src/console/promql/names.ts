import { queryOptions } from '@tanstack/react-query'
import type { PrometheusClient } from '@prometheus-io/codemirror-promql'
import { dayMs, minuteMs } from '#kernel/time.ts'
import { NetworkError } from '../errors.ts'
import { queryClient } from '../queryClient.ts'
import { refreshSession } from '../session.ts'

/** Names that had no sample for so long are not offered. */
const lookbackMs = dayMs
const namesStaleMs = 2 * minuteMs

/** `data` of an answer in the form of Prometheus and Loki; both lie beside the API and not below its prefix. */
async function ask<T>(path: string, search: Record<string, string> = {}): Promise<T> {
  const url = `${path}?${new URLSearchParams(search)}`
  const send = (): Promise<Response> =>
    fetch(url, { credentials: 'same-origin', headers: { accept: 'application/json' } }).catch((error: unknown) => {
      throw new NetworkError(error)
    })
  const first = await send()
  const response = first.status === 401 && (await refreshSession()) ? await send() : first
  if (!response.ok) throw new NetworkError(`${response.status} ${response.statusText}`)
  const { data }: { data: T } = await response.json()
  return data
}

const lately = (): Record<string, string> => ({ start: new Date(Date.now() - lookbackMs).toISOString() })

const ofMetric = (name: string | undefined): Record<string, string> =>
  name ? { 'match[]': `{__name__=${JSON.stringify(name)}}` } : {}

export const metricNamesQuery = queryOptions({
  queryKey: ['metrics', 'names'],
  queryFn: () => ask<string[]>('/prometheus/api/v1/label/__name__/values', lately()),
  staleTime: namesStaleMs,
})

export interface Metadata {
  type: string
  help: string
}

export const metadataQuery = queryOptions({
  queryKey: ['metrics', 'metadata'],
  queryFn: () => ask<Record<string, Metadata[]>>('/prometheus/api/v1/metadata'),
  staleTime: namesStaleMs,
})

export const labelNamesQuery = (metric: string | undefined) =>
  queryOptions({
    queryKey: ['metrics', 'labels', metric ?? ''],
    queryFn: () => ask<string[]>('/prometheus/api/v1/labels', { ...lately(), ...ofMetric(metric) }),
    staleTime: namesStaleMs,
  })

const labelValuesQuery = (label: string, metric: string | undefined) =>
  queryOptions({
    queryKey: ['metrics', 'values', label, metric ?? ''],
    queryFn: () =>
      ask<string[]>(`/prometheus/api/v1/label/${encodeURIComponent(label)}/values`, {
        ...lately(),
        ...ofMetric(metric),
      }),
    staleTime: namesStaleMs,
  })

/** Labels by which log lines can be chosen. */
export const logLabelsQuery = queryOptions({
  queryKey: ['metrics', 'log-labels'],
  queryFn: () => ask<string[]>('/loki/api/v1/labels'),
  staleTime: namesStaleMs,
})

/** Histograms and counters of some clients are described without the ending of their series. */
export const metadataOf = (all: Record<string, Metadata[]>, name: string): Metadata | undefined =>
  (all[name] ?? all[name.replace(/_(?:bucket|sum|count|total|created)$/, '')])?.[0]

/** What is not there completes nothing; that the server is away is told where something runs. */
const orEmpty =
  <T>(empty: T) =>
  (): T =>
    empty

/** What the editor completes from; each list is fetched once and kept for some minutes. */
export const completionClient: PrometheusClient = {
  metricNames: () => queryClient.fetchQuery({ ...metricNamesQuery, retry: false }).catch(orEmpty([])),
  metricMetadata: () => queryClient.fetchQuery({ ...metadataQuery, retry: false }).catch(orEmpty({})),
  labelNames: (metric) => queryClient.fetchQuery({ ...labelNamesQuery(metric), retry: false }).catch(orEmpty([])),
  labelValues: (label, metric) =>
    queryClient.fetchQuery({ ...labelValuesQuery(label, metric), retry: false }).catch(orEmpty([])),
  series: () => Promise.resolve([]),
  flags: () => Promise.resolve({}),
}
