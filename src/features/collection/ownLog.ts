import { hostname } from 'node:os'
import { newId } from '#kernel/id.ts'
import { flatten, type Line } from '#platform/logging/format.ts'
import type { LogLevel } from '#platform/logging/level.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import type { LogBatch, LogEntry } from '#platform/telemetry/logs/logs.ts'
import { persist } from './deliver.ts'
import { idle, type Part } from './part.ts'
import type { SourceView } from './sources.ts'

/** What this part says about itself is not stored: a store that fails would be told of its failures. */
const component = 'own-log'
const waitingMax = 10_000
const batchMax = 1_000
const metadataMax = 128
const gatherMs = 500

const severityOf: Record<LogLevel, number> = { DEBUG: 2, INFO: 3, WARNING: 4, ERROR: 5, CRITICAL: 6 }

interface Waiting {
  component: string
  entry: LogEntry
}

/**
 * Stores the lines of Miktos' own log with the others, as the service `miktos`. Whoever logs never waits:
 * lines gather and go in the background, and when the store is away the newest that do not fit are counted and lost.
 */
export function createOwnLog(): Part {
  const view = idle('own', 'miktos')
  return {
    view: () => view,
    start: (platform) => {
      view.enabled = platform.config.get('logs_own')
      return view.enabled ? keepOwnLog(platform, view) : () => undefined
    },
  }
}

function keepOwnLog({ telemetry, logLines, log }: Platform, view: SourceView): Stop {
  const own = log.child({ component })
  let waiting: Waiting[] = []
  let lost = 0
  let newestNs = 0n
  let timer: NodeJS.Timeout | undefined
  let sending: Promise<void> | undefined
  const ending = new AbortController()

  const take = (line: Line): void => {
    if (line.component === component) return
    if (waiting.length >= waitingMax) return void lost++
    waiting.push({ component: line.component, entry: entryOf(line, (newestNs = later(newestNs, line.time))) })
    if (!ending.signal.aborted) timer ??= setTimeout(send, gatherMs).unref()
  }

  const send = (): void => {
    sending ??= sendAll().finally(() => {
      sending = undefined
      timer = undefined
      if (waiting.length > 0 && !ending.signal.aborted) timer = setTimeout(send, gatherMs).unref()
    })
  }

  const sendAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const portion = waiting.slice(0, batchMax)
      if (!(await deliver(batchOf(portion)))) return
      waiting = waiting.slice(portion.length)
      view.lines_read += portion.length
      view.last_error = null
      if (lost > 0) {
        own.warn({ count: lost }, 'lines of the own log were lost: too many waited')
        telemetry.lost('own_log_full', lost)
        lost = 0
      }
    }
  }

  /** The same batch until it is stored; false when the end comes first. */
  const deliver = (batch: LogBatch): Promise<boolean> =>
    persist(() => telemetry.logs.append(batch, 'own'), {
      signal: ending.signal,
      onFailing: (error) => {
        view.last_error = error instanceof Error ? error.message : String(error)
        own.warn({ err: error }, 'the own log is not stored and waits')
      },
    }).then(
      () => true,
      () => false,
    )

  const unsubscribe = logLines(take)
  return async () => {
    unsubscribe()
    ending.abort()
    clearTimeout(timer)
    await sending
    await sendAll()
  }
}

function entryOf({ level, msg, fields }: Line, timestampNs: bigint): LogEntry {
  const metadata = Object.fromEntries(
    flatten(fields)
      .slice(0, metadataMax)
      .map(([key, value]) => [
        key.replaceAll(/\W/g, '_'),
        typeof value === 'string' ? value : (JSON.stringify(value) ?? ''),
      ]),
  )
  return { timestampNs, line: msg, metadata, severity: severityOf[level] }
}

/** Lines of one millisecond stay in order. */
function later(beforeNs: bigint, time: string): bigint {
  const ns = BigInt(Date.parse(time)) * 1_000_000n
  return ns > beforeNs ? ns : beforeNs + 1n
}

function batchOf(lines: readonly Waiting[]): LogBatch {
  const streams = Object.entries(Object.groupBy(lines, ({ component }) => component)).map(([name, of]) => ({
    labels: { service_name: 'miktos', component: name, instance: hostname() },
    entries: of!.map(({ entry }) => entry),
  }))
  return { id: newId(), streams }
}
