import { AppError, invalid } from '#kernel/errors.ts'
import { iso, secondMs } from '#kernel/time.ts'
import { lockInvariant } from '#platform/database/open.ts'
import type { Handlers } from '#platform/http/endpoints.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import type { metricsEndpoints, TargetInput } from '../contract.ts'
import { readScrapeConfig } from './configFile.ts'
import { createScraper, type Scraper, type TargetState } from './scraper.ts'
import { replaceTargets, storedTargets, targetsRevision } from './store.ts'
import { labelsOf, targetKey, type ScrapeTarget } from './target.ts'
import { testTarget } from './testTarget.ts'

const changed = 'metrics.set-targets'

/** The scraper and the operations that show and change what it looks at. */
export function createScraping(): {
  handlers: Pick<Handlers<typeof metricsEndpoints>, 'targets' | 'setTargets' | 'testTarget' | 'scrapeTargets'>
  start(platform: Platform): Promise<Stop>
} {
  let scraper: Scraper | undefined
  let ofFile: ScrapeTarget[] = []

  const reload = async ({ database, secrets }: Pick<Platform, 'database' | 'secrets'>): Promise<void> =>
    scraper?.set([...ofFile, ...(await storedTargets(database.read, secrets))])

  const views = async ({ database }: Platform) => ({
    targets: (scraper?.states() ?? []).map(viewOf),
    revision: await targetsRevision(database.read),
  })

  return {
    handlers: {
      targets: ({ platform }) => views(platform),
      setTargets: async (ctx, { body: { targets, revision } }) => {
        const { secrets } = ctx.platform
        requireDifferent(targets)
        await ctx.change(changed, { kind: 'scrape_targets', id: 'all' }, async (tx, note) => {
          // Of two who save at once, one comes first and the other sees that.
          await lockInvariant(tx, 'audit')
          if (revision !== undefined && revision !== (await targetsRevision(tx)))
            throw new AppError('CONFLICT', 'Somebody else changed the targets meanwhile')
          await replaceTargets(tx, secrets, targets)
          note.after = { targets: targets.map(({ job, url }) => `${job} ${url}`) }
        })
        await reload(ctx.platform)
        return views(ctx.platform)
      },
      testTarget: (ctx, { body }) => {
        if (!scraper) throw new AppError('UPSTREAM_UNAVAILABLE', 'Nothing is scraped yet; try again in a moment')
        return testTarget(ctx, scraper, ofFile, body)
      },
      scrapeTargets: (_ctx, { query: { state } }) => ({
        status: 'success',
        data: {
          activeTargets: state === 'dropped' ? [] : (scraper?.states() ?? []).map(prometheusView),
          droppedTargets: [],
        },
      }),
    },
    start: async (platform) => {
      const { config, events, log } = platform
      const file = config.get('scrape_config_file')
      // A file that cannot be read stops the start: nobody would miss what was never scraped.
      ofFile = file === undefined ? [] : await readScrapeConfig(file)
      scraper = createScraper(platform)
      await reload(platform)
      const unsubscribe = events.subscribe(changed, () =>
        reload(platform).catch((error: unknown) =>
          log.child({ component: 'scraper' }).warn({ err: error }, 'targets were not read'),
        ),
      )
      return async () => {
        unsubscribe()
        await scraper?.stop()
      }
    },
  }
}

function requireDifferent(targets: readonly TargetInput[]): void {
  const seen = new Set<string>()
  for (const [index, { job, url, labels }] of targets.entries()) {
    const key = targetKey('console', job, url, labels)
    if (seen.has(key)) throw invalid(`targets.${index}.url`, 'This job has this address already, with the same labels')
    seen.add(key)
  }
}

function viewOf({ target, health, lastError, lastScrapeAt, lastDurationMs, samples }: TargetState) {
  const { job, url, intervalMs, timeoutMs, labels, source } = target
  return {
    job,
    url,
    interval_seconds: Math.round(intervalMs / secondMs),
    timeout_seconds: Math.round(timeoutMs / secondMs),
    labels: { ...labels },
    source,
    token_set: target.authorization !== undefined,
    health,
    last_error: lastError,
    last_scrape_at: lastScrapeAt === null ? null : iso(lastScrapeAt),
    last_duration_ms: lastDurationMs,
    samples,
  }
}

/** https://prometheus.io/docs/prometheus/latest/querying/api/#targets */
function prometheusView({ target, health, lastError, lastScrapeAt, lastDurationMs }: TargetState) {
  return {
    discoveredLabels: { __address__: new URL(target.url).host, job: target.job },
    labels: labelsOf(target),
    scrapePool: target.job,
    scrapeUrl: target.url,
    globalUrl: target.url,
    lastError: lastError ?? '',
    lastScrape: iso(lastScrapeAt ?? 0),
    lastScrapeDuration: (lastDurationMs ?? 0) / secondMs,
    health,
    scrapeInterval: `${target.intervalMs / secondMs}s`,
    scrapeTimeout: `${target.timeoutMs / secondMs}s`,
  }
}
