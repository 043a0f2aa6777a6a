import { feature, type Feature } from '#platform/http/endpoints.ts'
import { dashboardsEndpoints } from './contract.ts'
import { noFiles, watchFiles } from './files.ts'
import { catalogueKey, dashboardHandlers } from './routes.ts'
import { dashboardMigrations } from './store.ts'

/** Boards of panels over the metrics and logs: built in, from files, and made by the users. */
export function createDashboards(): Feature {
  let files = async () => noFiles
  let changes = 0
  return feature({
    name: 'dashboards',
    migrations: dashboardMigrations,
    endpoints: dashboardsEndpoints,
    handlers: dashboardHandlers({ files: () => files(), changes: () => changes }),
    start: ({ cache, config, events, now }) => {
      files = watchFiles(config.get('dashboards_dir'), now)
      // Files may have changed while nothing ran.
      void cache.delete(catalogueKey)
      return events.subscribe('dashboard.*', async () => {
        changes += 1
        await cache.delete(catalogueKey)
      })
    },
  })
}
