import { secondMs } from '#kernel/time.ts'
import type { Platform } from '#platform/platform.ts'
import { labelsOf, type ScrapeTarget } from './target.ts'

/** How the last look at a target went. */
export interface TargetState {
  target: ScrapeTarget
  health: 'up' | 'down' | 'unknown'
  lastError: string | null
  lastScrapeAt: number | null
  lastDurationMs: number | null
  samples: number
}

const bodyBytesMax = 32 * 1024 * 1024
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

export function createScraper(platform: Pick<Platform, 'telemetry' | 'now' | 'log' | 'version'>): Scraper {
  const loops = new Map<string, Loop>()
  return {
    set: (targets) => {
      const wanted = new Map(targets.map((target) => [target.key, target]))
      for (const [key, { state, stop }] of loops) {
        if (wanted.get(key)?.definition === state.target.definition) continue
        loops.delete(key)
        void stop()
      }
      for (const [key, target] of wanted) if (!loops.has(key)) loops.set(key, startLoop(platform, target))
    },
    states: () => [...loops.values()].map(({ state }) => state),
    ask: (target, signal) => fetchTarget(target, platform.version, signal),
    stop: async () => {
      await Promise.all([...loops.values()].map(({ stop }) => stop()))
      loops.clear()
    },
  }
}

function startLoop(platform: Parameters<typeof createScraper>[0], target: ScrapeTarget): Loop {
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
  let timer: NodeJS.Timeout
  let current = Promise.resolve()

  const look = async (): Promise<void> => {
    const atMs = now()
    const startedAt = performance.now()
    const answer = await fetchTarget(target, platform.version, ending.signal)
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
    const { intervalMs, key } = target
    // At the same phase of every interval, also after a restart: steps between samples stay even.
    const phaseMs = hashOf(key) % intervalMs
    const waitMs = intervalMs - ((now() - phaseMs) % intervalMs)
    timer = setTimeout(() => {
      current = look()
        .catch((error: unknown) => log.warn({ err: error, url: target.url }, 'a scrape was not stored'))
        .finally(() => {
          if (!ending.signal.aborted) again()
        })
    }, waitMs)
  }
  again()

  return {
    state,
    stop: async () => {
      ending.abort()
      clearTimeout(timer)
      await current
      await telemetry.metrics
        .forgetTarget({ key: target.key, labels: labelsOf(target), atMs: now() })
        .catch((error: unknown) => log.warn({ err: error }, 'the end of a target was not stored'))
    },
  }
}

const hashOf = (text: string): number => [...text].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) >>> 0, 7)

/** What the target did wrong is an answer too, not an error. */
export interface Answer {
  body?: Uint8Array
  contentType?: string | null
  error: string | null
}

async function fetchTarget(
  { url, timeoutMs, authorization }: ScrapeTarget,
  version: string,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const response = await fetch(url, {
      headers: {
        accept,
        'user-agent': `miktos/${version}`,
        'x-prometheus-scrape-timeout-seconds': String(timeoutMs / secondMs),
        ...(authorization && { authorization: await authorization() }),
      },
      // A target that sends us elsewhere could send us anywhere.
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    })
    if (response.status !== 200) {
      await response.body?.cancel()
      return { error: `server returned HTTP status ${response.status} ${response.statusText}`.trimEnd() }
    }
    return { body: await bytesOf(response), contentType: response.headers.get('content-type'), error: null }
  } catch (error) {
    return { error: reasonOf(error, timeoutMs) }
  }
}

async function bytesOf({ body }: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of body ?? []) {
    length += part.byteLength
    if (length > bodyBytesMax) throw new Error(`more than ${bodyBytesMax} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`
  return error.cause instanceof Error ? error.cause.message : error.message
}
