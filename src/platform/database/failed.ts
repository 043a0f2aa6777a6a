import type { Dialect, KyselyConfig, QueryId, RootOperationNode } from 'kysely'

/** A query that failed, or a connection that could not be had for one. */
export interface FailedQuery {
  error: unknown
  durationMs: number
  /** Absent where it did not come to a query. */
  query?: { queryId: QueryId; node: RootOperationNode }
}

export type OnFailedQuery = (failed: FailedQuery) => void

/** What a handle is made from, with `onFailed` told of everything that fails on it. */
export const tellingFailures = (dialect: Dialect, onFailed: OnFailedQuery): KyselyConfig => ({
  dialect: {
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createDriver: () => {
      const driver = dialect.createDriver()
      const acquire = driver.acquireConnection.bind(driver)
      driver.acquireConnection = async (options) => {
        const startedAt = performance.now()
        try {
          return await acquire(options)
        } catch (error) {
          onFailed({ error, durationMs: performance.now() - startedAt })
          throw error
        }
      }
      return driver
    },
  },
  log: (event) => {
    if (event.level !== 'error') return
    const { error, queryDurationMillis, query } = event
    onFailed({ error, durationMs: queryDurationMillis, query: { queryId: query.queryId, node: query.query } })
  },
})
