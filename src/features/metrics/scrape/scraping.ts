import { iso, secondMs } from '#kernel/time.ts'
import type { Handlers } from '#platform/http/endpoints.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import type { metricsEndpoints } from '../contract.ts'
import { readScrapeConfig } from './configFile.ts'
import { createScraper, type Scraper, type TargetState } from './scraper.ts'
import { replaceTargets, storedTargets } from './store.ts'
import { labelsOf, type ScrapeTarget } from './target.ts'

const changed = 'metrics.set-targets'

/** The scraper and the operations that show and change what it looks at. */
export function createScraping(): {
  handlers: Pick<Handlers<typeof metricsEndpoints>, 'targets' | 'setTargets' | 'scrapeTargets'>
  start(platform: Platform): Promise<Stop>
} {
  let scraper: Scraper | undefined
  let ofFile: ScrapeTarget[] = []

  const reload = async ({ database, secrets }: Pick<Platform, 'database' | 'secrets'>): Promise<void> =>
    scraper?.set([...ofFile, ...(await storedTargets(database.read, secrets))])

  const views = () => ({ targets: (scraper?.states() ?? []).map(viewOf) })

  return {
    handlers: {
      targets: views,
      setTargets: async (ctx, { body: { targets } }) => {
        const { secrets } = ctx.platform
        await ctx.change(changed, { kind: 'scrape_targets', id: 'all' }, async (tx, note) => {
          await replaceTargets(tx, secrets, targets)
          note.after = { targets: targets.map(({ job, url }) => `${job} ${url}`) }
        })
        await reload(ctx.platform)
        return views()
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

function viewOf({ target, health, lastError, lastScrapeAt, lastDurationMs, samples }: TargetState) {
  const { job, url, intervalMs, timeoutMs, labels, source } = target
  return {
    job,
    url,
    interval_seconds: Math.round(intervalMs / secondMs),
    timeout_seconds: Math.round(timeoutMs / secondMs),
    labels: { ...labels },
    source,
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
