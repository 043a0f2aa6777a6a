import { Histogram, type Registry } from 'prom-client'
import { secondMs } from '#kernel/time.ts'
import type { FinishedRequest } from '../http/server.ts'
import type { RollingWindow } from './window.ts'

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Counts every request into the window and the histogram; called for each, so it does little. */
export function requestObserver(registry: Registry, requests: RollingWindow): (request: FinishedRequest) => void {
  const durations = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Duration of HTTP requests',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  })
  const series = new Map<string, { observe(seconds: number): void }>()

  return ({ method, route, status, durationMs, at }) => {
    requests.record(at, durationMs, status >= 500)
    const key = `${method} ${status} ${route}`
    let observed = series.get(key)
    if (!observed) {
      // Only what is bounded may be a label: no path that matched nothing, no method somebody made up.
      observed = durations.labels(methods.has(method) ? method : '_OTHER', route ?? 'other', String(status))
      series.set(key, observed)
    }
    observed.observe(durationMs / secondMs)
  }
}
