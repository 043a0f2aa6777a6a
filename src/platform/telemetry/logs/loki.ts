import * as z from 'zod'
import { AppError } from '#kernel/errors.ts'
import { labelsKey, type Labels } from '../labels.ts'
import { Remote, type Params, type RemoteOptions } from '../remote/remote.ts'
import { fieldOf } from './fields.ts'
import { parseRowId } from './embedded/row.ts'
import type { LogFilter, LogHistogram, LogPage, LogRow, LogSearch, LogStore, ServiceLogs } from './logs.ts'
import { severities } from './logs.ts'
import { Buckets, Counting } from './loki/counting.ts'
import { createPusher } from './loki/push.ts'
import { lokiQuery, selectorText } from './loki/query.ts'
import { Cost, Reader, Stopped } from './loki/reading.ts'
import { LokiTail } from './loki/tail.ts'

export interface LokiOptions extends RemoteOptions {
  /** How far back lines are asked for, ms; Loki deletes by its own rules. */
  retentionMs: () => number
  /** ms since 1970. */
  now: () => number
  warn?: (message: string, details?: Record<string, unknown>) => void
  /** Whether the server knows the level of every line and may count by it; asked of the server unless told. */
  countsLevels?: boolean
}

export interface LokiStore extends LogStore {
  /** Why the last exchange with the server failed; null where it did not. */
  lastFailure(): string | null
  /** Resolves when every tail that was asked for has begun. */
  watching(): Promise<void>
}

const namesSchema = z.object({ data: z.array(z.string()).nullish() })
const seriesSchema = z.object({ data: z.array(z.record(z.string(), z.string())).nullish() })
const statsSchema = z.object({ streams: z.number(), chunks: z.number(), entries: z.number(), bytes: z.number() })
const buildSchema = z.object({ version: z.string() }).nullable()

/** Walks that nobody gave limits to end here. */
const walkLimits = { timeoutMs: 30_000, bytesMax: 256 * 1_048_576 }
const servicesMax = 1_000

/**
 * Loki 2.9 or 3, or another server with its API. What it cannot be asked, such as fields of lines or an offset, is done
 * here on the lines that it finds, within the limits of the query. What it stores, and for how long, is its own affair.
 */
export function openLoki({ retentionMs, now, warn = () => undefined, ...options }: LokiOptions): LokiStore {
  const remote = new Remote('Loki', options)
  const nsOf = (ms: number): bigint => BigInt(Math.floor(ms)) * 1_000_000n
  const reader = new Reader(remote, () => nsOf(Math.max(0, now() - retentionMs())))
  const counting = new Counting(reader)
  const tails = new Set<LokiTail>()

  let asked: Promise<boolean> | undefined
  /** Loki finds levels from version 3 on. */
  const countsLevels = async (): Promise<boolean> => {
    if (options.countsLevels !== undefined) return options.countsLevels
    asked ??= reader
      .ask(buildSchema, 'status/buildinfo', [])
      .then((build) => Number.parseInt(build?.version.replace(/^v/, '') ?? '', 10) >= 3)
    return asked.catch((error: unknown) => {
      asked = undefined
      if (error instanceof AppError && error.code === 'VALIDATION_FAILED') return false
      throw error
    })
  }
  const pusher = createPusher(remote, countsLevels, warn)

  const spanParams = (span: { fromNs: bigint; toNs: bigint }): Params => {
    const { fromNs, toNs } = reader.bounded(span)
    const latestNs = nsOf(now() + 86_400_000)
    return [
      ['start', String(fromNs)],
      ['end', String(toNs < latestNs ? toNs : latestNs)],
    ]
  }

  const search = async (wanted: LogSearch, cost: Cost): Promise<LogPage> => {
    const { limit, offset = 0, countMax = 0 } = wanted
    const enough = Math.max(offset + limit + 1, countMax === 0 ? 0 : countMax + 1)
    const rows: LogRow[] = []
    let found = 0
    let stoppedBy: LogPage['stoppedBy']
    try {
      for await (const portion of reader.matching(wanted, cost, enough)) {
        const from = Math.max(0, offset - found)
        if (rows.length < limit) rows.push(...portion.slice(from, from + limit - rows.length))
        found += portion.length
        if (found >= enough) break
      }
    } catch (error) {
      if (!(error instanceof Stopped)) throw error
      stoppedBy = error.by
    }
    return {
      rows,
      total: countMax > 0 ? { count: Math.min(found, countMax), exact: !stoppedBy && found <= countMax } : null,
      hasMore: found > offset + limit || stoppedBy !== undefined,
      stats: cost.stats,
      ...(stoppedBy && { stoppedBy }),
    }
  }

  const histogram = async (filter: LogFilter & { buckets: number }, cost: Cost): Promise<LogHistogram> => {
    if (filter.toNs <= filter.fromNs) return new Buckets(filter.fromNs, 1n, 0).histogram(cost)
    if ((await countsLevels()) && lokiQuery(filter).isExact) return counting.histogram(filter, cost)
    const spanNs = filter.toNs - filter.fromNs
    const bucketNs = (spanNs + BigInt(filter.buckets) - 1n) / BigInt(filter.buckets)
    const buckets = new Buckets(filter.fromNs, bucketNs, filter.buckets)
    for await (const rows of reader.matching({ ...filter, direction: 'backward' }, cost))
      for (const { severity, timestampNs } of rows) buckets.addAt(severity, timestampNs)
    return buckets.histogram(cost)
  }

  const servicesByLines = async (span: { fromNs: bigint; toNs: bigint }, cost: Cost): Promise<ServiceLogs[]> => {
    const found = new Map<string, ServiceLogs>()
    for await (const rows of reader.matching({ ...span, direction: 'backward' }, cost)) {
      for (const { service, severity, timestampNs } of rows) {
        const known = found.get(service) ?? {
          service,
          lines: 0,
          counts: severities.map(() => 0),
          newestNs: timestampNs,
        }
        known.lines++
        known.counts[severity]!++
        found.set(service, known)
      }
    }
    return [...found.values()].toSorted((a, b) => (a.service < b.service ? -1 : 1))
  }

  const services = async (span: { fromNs: bigint; toNs: bigint }): Promise<ServiceLogs[]> => {
    const cost = new Cost({ limits: walkLimits })
    if (span.toNs <= span.fromNs) return []
    if (!(await countsLevels())) return servicesByLines(span, cost)
    const counted = await counting.services(span, cost)
    const known: ServiceLogs[] = []
    for (const each of counted.slice(0, servicesMax)) {
      const matchers = [{ name: 'service_name', op: '=', value: each.service } as const]
      const newest = await search({ ...span, matchers, limit: 1, direction: 'backward' }, cost)
      known.push({ ...each, newestNs: newest.rows[0]?.timestampNs ?? span.fromNs })
    }
    return known
  }

  const context: LogStore['context'] = async (rowId, before, after, callOptions) => {
    const place = parseRowId(rowId)
    if (!place) return null
    const cost = new Cost(callOptions)
    const { timeNs } = place
    const moment = { fromNs: timeNs, toNs: timeNs + 1n, direction: 'forward' } as const
    const at = await firstOf(reader.matching(moment, cost, 5_000), ({ id }) => id === rowId)
    if (!at) return null
    const matchers = Object.entries(at.labels).map(([name, value]) => ({ name, op: '=' as const, value }))
    const isOfStream = ({ labels }: LogRow): boolean => labelsKey(labels) === labelsKey(at.labels)
    const older: LogRow[] = []
    const back = { matchers, fromNs: 0n, toNs: timeNs, direction: 'backward' } as const
    for await (const rows of before > 0 ? reader.matching(back, cost, before) : []) {
      older.push(...rows.filter(isOfStream))
      if (older.length >= before) break
    }
    const newer: LogRow[] = []
    let position = -1
    const onward = { matchers, fromNs: timeNs, toNs: nsOf(now() + 86_400_000), direction: 'forward' } as const
    for await (const rows of reader.matching(onward, cost, after + 1)) {
      newer.push(...rows.filter(isOfStream))
      position = newer.findIndex(({ id }) => id === rowId)
      if (position >= 0 && newer.length > position + after) break
    }
    const all = [...older.toReversed(), ...newer]
    const index = older.length + position
    return all.slice(Math.max(0, index - before), index + after + 1)
  }

  return {
    append: ({ streams }) => pusher.push(streams),
    search: (wanted, callOptions) => run(() => search(wanted, new Cost(callOptions))),
    scan: (filter, callOptions) => reader.matching(filter, new Cost(callOptions)),
    histogram: (filter, callOptions) => run(() => histogram(filter, new Cost(callOptions))),
    context,
    facet: async ({ field, top, sampleMax, ...filter }, callOptions) => {
      const counts = new Map<string, number>()
      let sampled = 0
      const cost = new Cost(callOptions)
      for await (const rows of reader.matching({ ...filter, direction: 'backward' }, cost, sampleMax)) {
        for (const { line, metadata, labels } of rows.slice(0, sampleMax - sampled)) {
          const value = fieldOf(field, line, metadata, labels)
          if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1)
          sampled++
        }
        if (sampled >= sampleMax) break
      }
      const values = [...counts].map(([value, count]) => ({ value, count }))
      values.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
      return { values: values.slice(0, top), sampled }
    },
    services,
    labelNames: async (filter, callOptions) => {
      const params = [...selectorParams(filter), ...spanParams(filter)]
      return (await reader.ask(namesSchema, 'labels', params, new Cost(callOptions).question())).data ?? []
    },
    labelValues: async (name, filter, callOptions) => {
      const params = [...selectorParams(filter), ...spanParams(filter)]
      const path = `label/${encodeURIComponent(name)}/values`
      return (await reader.ask(namesSchema, path, params, new Cost(callOptions).question())).data ?? []
    },
    series: async (selectors, span, callOptions) => {
      const matches = (selectors.length > 0 ? selectors : [[]]).map((matchers): [string, string] => [
        'match[]',
        selectorText(matchers),
      ])
      const params = [...matches, ...spanParams(span)]
      const { data } = await reader.ask(seriesSchema, 'series', params, new Cost(callOptions).question())
      const all: Labels[] = data ?? []
      reader.known.add(all)
      return all
    },
    stats: (filter) =>
      reader.ask(statsSchema, 'index/stats', [['query', selectorText(filter.matchers)], ...spanParams(filter)]),
    tail: (filter, tail) => {
      const watcher = new LokiTail(filter, tail, { remote, known: reader.known, warn })
      tails.add(watcher)
      return () => {
        watcher.stop()
        tails.delete(watcher)
      }
    },
    lastFailure: () => remote.lastFailure,
    watching: async () => {
      await Promise.all([...tails].map(({ begun }) => begun))
    },
    close: async () => {
      for (const tail of tails) tail.stop()
      remote.close()
    },
  }
}

/** What is thrown at once is a rejection, too. */
const run = async <T>(work: () => Promise<T>): Promise<T> => work()

const selectorParams = ({ matchers = [] }: LogFilter): Params =>
  matchers.length > 0 ? [['query', selectorText(matchers)]] : []

async function firstOf(portions: AsyncIterable<LogRow[]>, fits: (row: LogRow) => boolean): Promise<LogRow | undefined> {
  for await (const rows of portions) {
    const found = rows.find(fits)
    if (found) return found
  }
  return undefined
}
