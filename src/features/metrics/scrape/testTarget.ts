import { AppError } from '#kernel/errors.ts'
import { secondMs } from '#kernel/time.ts'
import type { RequestContext } from '#platform/http/request.ts'
import { readExposition } from '#platform/telemetry/metrics/scrape/exposition.ts'
import type { TargetAnswerView, TargetInput } from '../contract.ts'
import type { Scraper } from './scraper.ts'
import { storedTargets } from './store.ts'
import { targetKey, type ScrapeTarget } from './target.ts'

const shownMax = 2_000
/** Read in the main thread, where more of it would keep requests waiting. */
const readBytesMax = 1024 * 1024

/** Asks a target as the scraper would, saved or not, and tells what came. */
export async function testTarget(
  ctx: RequestContext,
  scraper: Pick<Scraper, 'ask'>,
  ofFile: readonly ScrapeTarget[],
  input: TargetInput,
): Promise<TargetAnswerView> {
  const target = await targetOf(ctx, ofFile, input)
  await ctx.audit('metrics.test-target', { kind: 'scrape_target', id: input.job }, 'ok', { after: { url: input.url } })
  const startedAt = performance.now()
  const { body: bytes, contentType = null, error } = await scraper.ask(target, ctx.incoming.signal)
  const took_ms = performance.now() - startedAt
  const came = { bytes: bytes?.byteLength ?? 0, content_type: contentType, took_ms }
  if (!bytes) return { ...came, error, samples: null, beginning: '' }
  const beginning = Buffer.from(bytes.subarray(0, shownMax * 4))
    .toString()
    .slice(0, shownMax)
  return { ...came, beginning, ...readSamples(bytes, contentType) }
}

/** One that is known is asked as it is known, with its credentials, unless others are given. */
async function targetOf(
  { platform: { database, secrets } }: RequestContext,
  ofFile: readonly ScrapeTarget[],
  { job, url, labels, interval_seconds, timeout_seconds, bearer_token }: TargetInput,
): Promise<ScrapeTarget> {
  const key = targetKey('console', job, url, labels)
  const known = [...(await storedTargets(database.read, secrets)), ...ofFile].find(
    (one) => targetKey('console', one.job, one.url, one.labels) === key,
  )
  const timeoutMs = timeout_seconds * secondMs
  if (known && bearer_token === undefined) return { ...known, timeoutMs }
  const authorization = typeof bearer_token === 'string' ? async () => `Bearer ${bearer_token}` : undefined
  const intervalMs = interval_seconds * secondMs
  return { key, definition: '', source: 'console', job, url, labels, intervalMs, timeoutMs, authorization }
}

function readSamples(bytes: Uint8Array, contentType: string | null): Pick<TargetAnswerView, 'error' | 'samples'> {
  if (bytes.byteLength > readBytesMax) return { error: null, samples: null }
  try {
    return { error: null, samples: readExposition(Buffer.from(bytes).toString(), contentType).samples.length }
  } catch (error) {
    if (error instanceof AppError) return { error: error.message, samples: null }
    throw error
  }
}
