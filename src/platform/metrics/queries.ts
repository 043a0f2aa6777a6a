import type { KyselyPlugin, QueryId, RootOperationNode } from 'kysely'
import { Histogram, type Registry } from 'prom-client'
import { secondMs } from '#kernel/time.ts'
import type { RollingWindow } from './window.ts'

/** Measures every query that succeeds, from when it is built until its rows are there. */
export function queryObserver(registry: Registry, queries: RollingWindow, system: string): KyselyPlugin {
  const durations = new Histogram({
    name: 'db_client_operation_duration_seconds',
    help: 'Duration of database queries that succeeded, waiting for a connection included',
    labelNames: ['db_system_name', 'db_operation_name'],
    buckets: [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
    registers: [registry],
  })
  const begun = new WeakMap<QueryId, { at: number; operation: string }>()

  return {
    transformQuery: ({ queryId, node }) => {
      begun.set(queryId, { at: performance.now(), operation: operationOf(node) })
      return node
    },
    transformResult: async ({ queryId, result }) => {
      const query = begun.get(queryId)
      if (query) {
        const durationMs = performance.now() - query.at
        queries.record(Date.now(), durationMs, false)
        durations.observe({ db_system_name: system, db_operation_name: query.operation }, durationMs / secondMs)
      }
      return result
    },
  }
}

/** `CREATE TABLE` for a CreateTableNode; `RAW` for SQL that was written out. */
const operationOf = ({ kind }: RootOperationNode): string =>
  kind
    .replace(/(Query)?Node$/, '')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toUpperCase()

/** The name of the engine that a database URL asks for, as OpenTelemetry spells it. */
export function systemOf(databaseUrl: string): string {
  const scheme = databaseUrl.slice(0, databaseUrl.indexOf(':'))
  return scheme === 'postgres' ? 'postgresql' : scheme
}
