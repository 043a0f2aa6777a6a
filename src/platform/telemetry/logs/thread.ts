import { hash } from 'node:crypto'
import { workerData } from 'node:worker_threads'
import { AppError } from '#kernel/errors.ts'
import { compileLogFilter, logFilterHints } from '../filter/index.ts'
import { decodeLogs, otlpReply, type BodyHead, type IngestCaps, type LogFormat } from '../ingest/index.ts'
import { createRedactor, type RedactionRule } from '../ingest/redact.ts'
import type { Matcher } from '../labels.ts'
import { parseLogql, queryLogs } from '../logql/index.ts'
import { selection } from '../logql/select.ts'
import { own } from '../thread/ownership.ts'
import { Handover, serve, warn, type Call } from '../thread/serve.ts'
import type { Backend } from '../backend.ts'
import { openLogsBackend } from './backend.ts'
import type { LogAppend, LogBatch, LogFilter, LogLimits, LogOptions, LogRow } from './logs.ts'
import { histogramWire, lineWire, rowWire, statsWire } from './wire.ts'

/** What the thread is started with. */
export interface LogsThreadData {
  dir: string
  caps: IngestCaps
  retentionMs: number
  bytesMax: number
  redaction: RedactionRule[]
  backend: Backend
}

export interface LogQuery {
  /** In the console's grammar, or LogQL. */
  query: string
  /** Only these; all when absent. */
  services?: string[] | undefined
  severities?: number[] | undefined
  fromNs: bigint
  toNs: bigint
  limits: LogLimits
}

const { caps, redaction, backend, ...options } = workerData as LogsThreadData
const disown = backend.mode === 'remote' ? () => undefined : await own(options.dir, 'logs')
const { store, health, configure } = await openLogsBackend(backend, { ...options, now: Date.now, warn })
let redact = createRedactor(redaction)

const encoder = new TextEncoder()

function jsonOf(value: unknown): Handover<Uint8Array> {
  const bytes = encoder.encode(JSON.stringify(value))
  return new Handover(bytes, [bytes.buffer])
}

function filterOf({ query, services, severities, fromNs, toNs }: LogQuery): LogFilter {
  const { matchers, where } = compileLogFilter(query)
  const narrowed = [
    ...(where ? [where] : []),
    ...(services ? [{ op: 'service' as const, in: services }] : []),
    ...(severities ? [{ op: 'severity' as const, in: severities }] : []),
  ]
  return {
    ...(matchers && { matchers }),
    ...(narrowed.length > 0 && { where: narrowed.length === 1 ? narrowed[0]! : { op: 'and' as const, of: narrowed } }),
    fromNs,
    toNs,
  }
}

const optionsOf = ({ limits }: { limits: LogLimits }, { signal }: Call): LogOptions => ({ signal, limits })

interface Page extends LogQuery {
  direction: 'backward' | 'forward'
  limit: number
  offset: number
  countMax: number
}

interface Sent {
  format: LogFormat
  body: Uint8Array
  head: BodyHead
}

/**
 * Who gets no answer sends the same bytes again. A push holds the times of its lines, so the same bytes are the same
 * lines; other bodies may rightly come twice, and are told apart by the key that their sender gives.
 */
const idOf = ({ format, body, head }: Sent): string | undefined =>
  head.batchId ?? (format === 'loki' ? hash('sha256', body, 'base64url') : undefined)

async function take(sent: Sent): Promise<LogAppend> {
  const { format, body, head } = sent
  const id = idOf(sent)
  const { rejected, ...batch } = await decodeLogs(format, body, head, caps)
  redact(batch)
  const outcome = await store.append(id === undefined ? batch : { ...batch, id })
  return { ...outcome, rejected: [...rejected, ...outcome.rejected] }
}

const methods = {
  ingest: (sent: Sent) => take(sent),
  ingestOtlp: async (sent: Omit<Sent, 'format'>) => {
    const outcome = await take({ ...sent, format: 'otlp' })
    return { ...outcome, ...otlpReply('logs', sent.head.contentType, outcome.rejected) }
  },
  append: (batch: LogBatch) => {
    redact(batch)
    return store.append(batch)
  },
  search: async (page: Page & { buckets: number }, call: Call) => {
    const filter = filterOf(page)
    const { direction, limit, offset, countMax, buckets } = page
    const found = await store.search({ ...filter, direction, limit, offset, countMax }, optionsOf(page, call))
    const histogram = buckets > 0 ? await store.histogram({ ...filter, buckets }, optionsOf(page, call)) : null
    const hints = found.rows.length === 0 && offset === 0 ? await hintsOf(page, call) : []
    return jsonOf({
      rows: found.rows.map(rowWire),
      total: found.total,
      has_more: found.hasMore,
      histogram: histogram && histogramWire(histogram),
      scanned: statsWire(found.stats),
      hints,
    })
  },
  read: async (page: Page, call: Call) => {
    const { direction, limit, offset, countMax } = page
    const found = await store.search({ ...filterOf(page), direction, limit, offset, countMax }, optionsOf(page, call))
    return jsonOf({
      logs: found.rows.map(lineWire),
      total: found.total?.count ?? 0,
      total_exact: found.total?.exact ?? false,
      has_more: found.hasMore,
    })
  },
  /** One portion of a download, and where the next one begins. */
  portion: async (page: Page, call: Call): Promise<{ rows: LogRow[]; hasMore: boolean }> => {
    const { direction, limit, offset } = page
    const { rows, hasMore } = await store.search(
      { ...filterOf(page), direction, limit, offset, countMax: 0 },
      optionsOf(page, call),
    )
    return { rows, hasMore }
  },
  context: async ({ rowId, before, after, limits }: ContextArgs, call: Call) => {
    const rows = await store.context(rowId, before, after, optionsOf({ limits }, call))
    return rows && jsonOf({ rows: rows.map(rowWire) })
  },
  facet: (query: LogQuery & { field: string; top: number; sampleMax: number }, call: Call) =>
    store.facet(
      { ...filterOf(query), field: query.field, top: query.top, sampleMax: query.sampleMax },
      optionsOf(query, call),
    ),
  services: (span: { fromNs: bigint; toNs: bigint }) => store.services(span),
  /** Goes on until it is cancelled. */
  tail: ({ query }: { query: string }, { signal, emit }: Call) =>
    new Promise<void>((resolve) => {
      const { matchers, where } = compileLogFilter(query)
      const stop = store.tail(
        { ...(matchers && { matchers }), ...(where && { where }) },
        { onRows: (rows, dropped) => emit({ rows: rows.map(rowWire), lines: rows.map(lineWire), dropped }) },
      )
      signal.addEventListener('abort', () => {
        stop()
        resolve()
      })
    }),
  /** Whether a filter is understood. @throws AppError VALIDATION_FAILED with the position */
  check: ({ query }: { query: string }) => void compileLogFilter(query),
  logql: async (query: LogqlArgs, call: Call) => success({ ...(await runLogql(query, call)), stats: {} }),
  labelNames: async (wanted: LokiWanted, call: Call) =>
    success(await store.labelNames(selected(wanted), optionsOf(wanted, call))),
  labelValues: async (wanted: LokiWanted & { name: string }, call: Call) =>
    success(await store.labelValues(wanted.name, selected(wanted), optionsOf(wanted, call))),
  series: async ({ selectors, ...wanted }: LokiWanted & { selectors: string[] }, call: Call) =>
    success(await store.series(selectors.map(matchersOf), wanted, optionsOf(wanted, call))),
  indexStats: async (wanted: LokiWanted) => jsonOf(await store.stats(selected(wanted))),
  stats: () => store.stats({ fromNs: 0n, toNs: 1n << 62n }),
  health: () => health(),
  configure: (bounds: { retentionMs: number; bytesMax: number }) => configure(bounds),
  setRedaction: (rules: RedactionRule[]) => {
    redact = createRedactor(rules)
  },
}

interface ContextArgs {
  rowId: string
  before: number
  after: number
  limits: LogLimits
}

/** Labels and streams, of those that the selector covers where there is one. */
interface LokiWanted {
  selector?: string | undefined
  fromNs: bigint
  toNs: bigint
  limits: LogLimits
}

const success = (data: unknown): Handover<Uint8Array> => jsonOf({ status: 'success', data })

function matchersOf(selector: string): Matcher[] {
  const expression = parseLogql(selector)
  if (expression.kind !== 'log') throw new AppError('VALIDATION_FAILED', 'Write a selector such as {app="api"}')
  return selection(expression).filter.matchers ?? []
}

const selected = ({ selector, fromNs, toNs }: LokiWanted): LogFilter => ({
  ...(selector && { matchers: matchersOf(selector) }),
  fromNs,
  toNs,
})

/** How far back a query of lines at one moment looks, as Loki does. */
const momentNs = 3_600_000_000_000n

interface LogqlArgs {
  expression: string
  /** The same as `endNs`: at one moment. */
  startNs: bigint
  endNs: bigint
  stepMs?: number
  intervalMs?: number
  limit: number
  direction: 'backward' | 'forward'
  limits: LogLimits
}

function runLogql({ expression: text, limits, ...span }: LogqlArgs, call: Call) {
  const expression = parseLogql(text)
  const isMoment = span.startNs === span.endNs
  const startNs = isMoment && expression.kind === 'log' ? span.endNs - momentNs : span.startNs
  return queryLogs(expression, { ...span, startNs }, store, optionsOf({ limits }, call))
}

/** Which term takes the most away, when nothing is left. */
async function hintsOf(query: LogQuery, call: Call): Promise<{ term: string; without: number }[]> {
  const hints = logFilterHints(query.query)
  const counted = await Promise.all(
    hints.map(async ({ term, rest }) => {
      const found = await store.search(
        { ...filterOf({ ...query, query: rest }), direction: 'backward', limit: 1, countMax: 10_000 },
        optionsOf(query, call),
      )
      return { term, without: found.total?.count ?? 0 }
    }),
  )
  return counted.filter(({ without }) => without > 0).toSorted((a, b) => b.without - a.without)
}

export type LogsMethods = typeof methods

serve(methods, async () => {
  await store.close()
  disown()
})
