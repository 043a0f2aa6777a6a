import { minuteMs } from '#kernel/time.ts'
import type { Series } from '#platform/telemetry/metrics/metrics.ts'

const metric = 'http_server_request_duration_seconds'
const bounds = ['0.1', '0.25', '0.5', '1', '+Inf']

/** Two requests a second up to `toMs`, all of which take `seconds`; a share of them fails. */
export function traffic(
  route: string,
  toMs: number,
  seconds: number,
  { failing = 0, minutes = 75 }: { failing?: number; minutes?: number } = {},
): Series[] {
  const timestamps = Float64Array.from({ length: minutes + 1 }, (_, index) => toMs - (minutes - index) * minuteMs)
  const total = timestamps.map((_, index) => index * 120)
  const labels = { http_route: route, job: 'miktos' }
  const of = (name: string, more: Record<string, string>, share: number): Series => ({
    labels: { __name__: name, ...labels, ...more },
    timestamps,
    values: total.map((count) => count * share),
  })
  return [
    ...bounds.map((le) =>
      of(
        `${metric}_bucket`,
        { le, http_response_status_code: '200' },
        Number(le.replace('+Inf', 'Infinity')) >= seconds ? 1 : 0,
      ),
    ),
    of(`${metric}_count`, { http_response_status_code: '200' }, 1 - failing),
    of(`${metric}_count`, { http_response_status_code: '500' }, failing),
  ]
}
