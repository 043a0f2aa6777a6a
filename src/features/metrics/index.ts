import { feature, type Feature } from '#platform/http/endpoints.ts'
import { stopEach } from '#platform/lifecycle.ts'
import { registerChecks } from './checks.ts'
import { metricsEndpoints } from './contract.ts'
import { metricsHandlers } from './routes.ts'
import { keepOwnMetrics } from './scrape/own.ts'
import { createScraping } from './scrape/scraping.ts'
import { targetMigrations } from './scrape/store.ts'

/** PromQL and its store, what is scraped, and the protocols by which samples come in. */
export function createMetricsFeature(): Feature {
  const scraping = createScraping()
  return feature({
    name: 'metrics',
    migrations: targetMigrations,
    endpoints: metricsEndpoints,
    handlers: { ...metricsHandlers, ...scraping.handlers },
    start: async (platform) => {
      registerChecks(platform)
      return stopEach([await scraping.start(platform), keepOwnMetrics(platform)])
    },
  })
}
