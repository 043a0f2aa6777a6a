import { secondMs } from '#kernel/time.ts'
import { STATUS_CODES } from '#platform/http/nodeHttp.ts'
import { createOutbound, mebibyte } from '#platform/outbound/client.ts'
import type { Outbound } from '#platform/outbound/outbound.ts'
import { enteredAtRunTime, namedInConfiguration } from '#platform/outbound/policies.ts'
import type { Platform } from '#platform/platform.ts'
import { labelsOf, type ScrapeTarget } from './target.ts'
import { createTimetable } from './timetable.ts'

/** How the last look at a target went. */
export interface TargetState {
  target: ScrapeTarget
  health: 'up' | 'down' | 'unknown'
  lastError: string | null
  lastScrapeAt: number | null
  lastDurationMs: number | null
  samples: number
}

const bodyBytesMax = 32 * mebibyte
/** Of each source. */
const runningMax = 100
const accept = 'application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'

/** Looks at each target once in its interval, at a moment of its own, so that they do not all come at once. */
export interface Scraper {
  /** Targets that are not among them any more, or not as they were, are ended; those that stay go on. */
  set(targets: readonly ScrapeTarget[]): void
  states(): TargetState[]
  /** Asks once, whether it is among them or not; nothing is stored. */
  ask(target: ScrapeTarget, signal: AbortSignal): Promise<Answer>
  stop(): Promise<void>
}

interface Loop {
  state: TargetState
  stop(): Promise<void>
}

type ScraperPlatform = Pick<Platform, 'config' | 'telemetry' | 'now' | 'log' | 'version'>

export function createScraper(platform: ScraperPlatform): Scraper {
  const loops = new Map<string, Loop>()
  const caps = { bytesMax: bodyBytesMax, runningMax }
  const outbounds: Record<ScrapeTarget['source'], Outbound> = {
    file: createOutbound({ ...namedInConfiguration, ...caps }),
    console: createOutbound({ ...enteredAtRunTime(platform.config), ...caps }),
  }
  return {
    set: (targets) => {
      const wanted = new Map(targets.map((target) => [target.key, target]))
      for (const [key, { state, stop }] of loops) {
        if (wanted.get(key)?.definition === state.target.definition) continue
        loops.delete(key)
        void stop()
      }
      for (const [key, target] of wanted)
        if (!loops.has(key)) loops.set(key, startLoop(platform, outbounds[target.source], target))
    },
    states: () => [...loops.values()].map(({ state }) => state),
    ask: (target, signal) => fetchTarget(outbounds[target.source], target, platform.version, signal),
    stop: async () => {
      await Promise.all([...loops.values()].map(({ stop }) => stop()))
      loops.clear()
    },
  }
}

function startLoop(platform: ScraperPlatform, outbound: Outbound, target: ScrapeTarget): Loop {
  const { telemetry, now } = platform
  const log = platform.log.child({ component: 'scraper' })
  const ending = new AbortController()
  const state: TargetState = {
    target,
    health: 'unknown',
    lastError: null,
    lastScrapeAt: null,
    lastDurationMs: null,
    samples: 0,
  }
  const timetable = createTimetable(target.key, target.intervalMs)
  let timer: NodeJS.Timeout
  let current = Promise.resolve()

  const look = async (): Promise<void> => {
    const atMs = timetable.lookedAt(now())
    const startedAt = performance.now()
    const answer = await fetchTarget(outbound, target, platform.version, ending.signal)
    if (ending.signal.aborted) return
    const durationMs = performance.now() - startedAt
    const { body, contentType = null } = answer
    const stored = await telemetry.metrics.scrape({
      key: target.key,
      labels: labelsOf(target),
      atMs,
      durationMs,
      contentType,
      ...(body && { body }),
    })
    const error = answer.error ?? stored.error
    if ((error === null) !== (state.health === 'up')) tell(error)
    Object.assign(state, {
      health: error === null ? 'up' : 'down',
      lastError: error,
      lastScrapeAt: atMs,
      lastDurationMs: durationMs,
      samples: error === null ? stored.stored + stored.duplicates : 0,
    })
  }

  /** Once for each change, not for each scrape. */
  const tell = (error: string | null): void => {
    const about = { job: target.job, url: target.url }
    if (error === null) log.info(about, 'a target answers')
    else log.warn({ ...about, error }, 'a target does not answer')
  }

  const again = (): void => {
    const nowMs = now()
    timer = setTimeout(
      () => {
        current = look()
          .catch((error: unknown) => log.warn({ err: error, url: target.url }, 'a scrape was not stored'))
          .finally(() => {
            if (!ending.signal.aborted) again()
          })
      },
      timetable.next(nowMs) - nowMs,
    )
  }
  again()

  return {
    state,
    stop: async () => {
      ending.abort()
      clearTimeout(timer)
      await current
      // After its last samples, whatever the clock says, or they would not end.
      const atMs = Math.max(now(), (state.lastScrapeAt ?? 0) + 1)
      await telemetry.metrics
        .forgetTarget({ key: target.key, labels: labelsOf(target), atMs })
        .catch((error: unknown) => log.warn({ err: error }, 'the end of a target was not stored'))
    },
  }
}

/** What the target did wrong is an answer too, not an error. */
export interface Answer {
  body?: Uint8Array
  contentType?: string | null
  error: string | null
}

async function fetchTarget(
  outbound: Outbound,
  { url, timeoutMs, authorization }: ScrapeTarget,
  version: string,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const { status, headers, body } = await outbound.request({
      method: 'GET',
      url,
      headers: {
        accept,
        'user-agent': `miktos/${version}`,
        'x-prometheus-scrape-timeout-seconds': String(timeoutMs / secondMs),
        ...(authorization && { authorization: await authorization() }),
      },
      timeoutMs,
      signal,
    })
    if (status !== 200) return { error: statusError(status) }
    return { body, contentType: headers['content-type'] ?? null, error: null }
  } catch (error) {
    // A token in a file that is not there, too, is the target's.
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

/** A target that sends us elsewhere could send us anywhere. */
function statusError(status: number): string {
  const isRedirect = status >= 300 && status < 400
  const meaning = isRedirect ? 'redirects are not followed' : (STATUS_CODES[status] ?? '')
  return `server returned HTTP status ${status} ${meaning}`.trimEnd()
}
