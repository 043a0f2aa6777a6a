import type { KyselyPlugin, QueryId, RootOperationNode } from 'kysely'
import { Histogram, type Registry } from 'prom-client'
import { secondMs } from '#kernel/time.ts'
import type { OnFailedQuery } from '../database/failed.ts'
import type { RollingWindow } from './window.ts'

export interface QueryObserver {
  /** Measures what succeeds, from when it is built until its rows are there. */
  plugin: KyselyPlugin
  /** Counts what fails. */
  onFailed: OnFailedQuery
}

export function queryObserver(registry: Registry, queries: RollingWindow, system: string): QueryObserver {
  const durations = new Histogram({
    name: 'db_client_operation_duration_seconds',
    help: 'Duration of database queries, waiting for a connection included; error_type stands on those that failed',
    labelNames: ['db_system_name', 'db_operation_name', 'error_type'],
    buckets: [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
    registers: [registry],
  })
  const begun = new WeakMap<QueryId, { at: number; operation: string }>()
  const observe = (operation: string, durationMs: number, errorType?: string): void => {
    queries.record(Date.now(), durationMs, errorType !== undefined)
    const labels = { db_system_name: system, db_operation_name: operation }
    durations.observe(errorType === undefined ? labels : { ...labels, error_type: errorType }, durationMs / secondMs)
  }

  return {
    plugin: {
      transformQuery: ({ queryId, node }) => {
        begun.set(queryId, { at: performance.now(), operation: operationOf(node) })
        return node
      },
      transformResult: async ({ queryId, result }) => {
        const query = begun.get(queryId)
        if (query) observe(query.operation, performance.now() - query.at)
        return result
      },
    },
    onFailed: ({ error, durationMs, query }) => {
      const known = query && begun.get(query.queryId)
      const operation = query ? operationOf(query.node) : 'CONNECT'
      observe(operation, known ? performance.now() - known.at : durationMs, errorType(error))
    },
  }
}

/** The engine's code, of which each has a bounded set. */
function errorType(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^[A-Z0-9_]{2,60}$/.test(code) ? code : '_OTHER'
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
