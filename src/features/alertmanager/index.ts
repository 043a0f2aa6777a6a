import { feature, type Feature } from '#platform/http/endpoints.ts'
import { alertmanagerEndpoints } from './contract.ts'
import { alertmanagerHandlers } from './routes.ts'

/** Alertmanager's API, so that Prometheus reports its alerts here, and amtool and Grafana show and silence them. */
export function createAlertmanager(): Feature {
  let startedAt = 0
  return feature({
    name: 'alertmanager',
    endpoints: alertmanagerEndpoints,
    handlers: alertmanagerHandlers(() => startedAt),
    start: ({ now }) => {
      startedAt = now()
      return () => undefined
    },
  })
}
