import { feature } from '#platform/http/endpoints.ts'
import { savedQueriesEndpoints } from './contract.ts'
import { savedQueriesHandlers } from './routes.ts'
import { savedQueriesMigrations } from './store.ts'

/** What each user asked of logs and metrics, and what of it they keep. */
export const savedQueriesFeature = feature({
  name: 'saved-queries',
  migrations: savedQueriesMigrations,
  endpoints: savedQueriesEndpoints,
  handlers: savedQueriesHandlers,
})
