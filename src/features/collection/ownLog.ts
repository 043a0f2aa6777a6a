import { hostname } from 'node:os'
import { newId } from '#kernel/id.ts'
import { secondMs } from '#kernel/time.ts'
import { flatten, type Line } from '#platform/logging/format.ts'
import type { LogLevel } from '#platform/logging/level.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import type { LogBatch, LogEntry } from '#platform/telemetry/logs/logs.ts'

/** What this part says about itself is not stored: a store that fails would be told of its failures. */
const component = 'own-log'
const waitingMax = 10_000
const batchMax = 1_000
const metadataMax = 128
const gatherMs = 500
const retryMsMax = 30 * secondMs

const severityOf: Record<LogLevel, number> = { DEBUG: 2, INFO: 3, WARNING: 4, ERROR: 5, CRITICAL: 6 }

interface Waiting {
  component: string
  entry: LogEntry
}

/**
 * Stores the lines of Miktos' own log with the others, as the service `miktos`. Whoever logs never waits:
 * lines gather and go in the background, and when the store is away the newest that do not fit are counted and lost.
 */
export function keepOwnLog({ config, telemetry, logLines, log }: Platform): Stop {
  if (!config.get('logs_own')) return () => undefined
  const own = log.child({ component })
  let waiting: Waiting[] = []
  let lost = 0
  let newestNs = 0n
  let timer: NodeJS.Timeout | undefined
  let sending: Promise<void> | undefined
  let stopped = false

  const take = (line: Line): void => {
    if (line.component === component) return
    if (waiting.length >= waitingMax) return void lost++
    waiting.push({ component: line.component, entry: entryOf(line, (newestNs = later(newestNs, line.time))) })
    if (!stopped) timer ??= setTimeout(send, gatherMs).unref()
  }

  const send = (): void => {
    sending ??= sendAll().finally(() => {
      sending = undefined
      timer = undefined
      if (waiting.length > 0 && !stopped) timer = setTimeout(send, gatherMs).unref()
    })
  }

  const sendAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const portion = waiting.slice(0, batchMax)
      if (!(await deliver(batchOf(portion)))) return
      waiting = waiting.slice(portion.length)
      if (lost > 0) {
        own.warn({ count: lost }, 'lines of the own log were lost: too many waited')
        telemetry.lost('own_log_full', lost)
        lost = 0
      }
    }
  }

  /** The same batch until it is stored; false when that has to wait for another run. */
  const deliver = async (batch: LogBatch): Promise<boolean> => {
    for (let waitMs = secondMs; ; waitMs = Math.min(retryMsMax, waitMs * 2)) {
      try {
        await telemetry.logs.append(batch, 'own')
        if (waitMs > secondMs) own.info('the own log is stored again')
        return true
      } catch (error) {
        if (stopped) return false
        if (waitMs === secondMs) own.warn({ err: error }, 'the own log is not stored and waits')
        await pause(waitMs)
      }
    }
  }

  let wake = (): void => undefined
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms).unref()
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  const unsubscribe = logLines(take)
  return async () => {
    unsubscribe()
    stopped = true
    clearTimeout(timer)
    wake()
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
