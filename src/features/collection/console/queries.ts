import { queryOptions } from '@tanstack/react-query'
import type { Reply, Request } from '#kernel/contract.ts'
import { secondMs } from '#kernel/time.ts'
import type { Api } from '#console/api.ts'
import { call } from '#console/client.ts'

export type LogSources = Reply<Api['GET /logs/sources']>
export type LogSource = LogSources['sources'][number]
export type FileSource = NonNullable<LogSource['definition']>
export type ScrapeTargets = Reply<Api['GET /metrics/targets']>
export type ScrapeTarget = ScrapeTargets['targets'][number]
export type TargetInput = Request<Api['POST /metrics/targets/test']>['body']
export type TargetAnswer = Reply<Api['POST /metrics/targets/test']>

export const refreshMs = 5 * secondMs

export const logSourcesQuery = queryOptions({
  queryKey: ['collection', 'log-sources'],
  queryFn: ({ signal }) => call('GET /logs/sources', { signal }),
  refetchInterval: refreshMs,
})

export const scrapeTargetsQuery = queryOptions({
  queryKey: ['collection', 'scrape-targets'],
  queryFn: ({ signal }) => call('GET /metrics/targets', { signal }),
  refetchInterval: refreshMs,
})

/** What is told of files that can be changed here, in their order. */
export const filesOf = ({ sources }: LogSources): FileSource[] =>
  sources.flatMap(({ definition }) => (definition ? [definition] : []))

export const targetKey = ({ source, job, url, labels }: ScrapeTarget): string =>
  JSON.stringify([source, job, url, labels])

/** Those of the configuration file stay as they are. */
export const ownTargets = ({ targets }: ScrapeTargets): ScrapeTarget[] =>
  targets.filter(({ source }) => source === 'console')

/** Without the token, which is not told: it stays as it is. */
export const inputOf = ({ job, url, interval_seconds, timeout_seconds, labels }: ScrapeTarget): TargetInput => ({
  job,
  url,
  interval_seconds,
  timeout_seconds,
  labels,
})
