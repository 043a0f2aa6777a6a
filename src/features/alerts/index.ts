import { feature, type Feature } from '#platform/http/endpoints.ts'
import { alertsEndpoints } from './contract.ts'
import { tellLive } from './live.ts'
import { alertHandlers } from './routes.ts'
import { alertMigrations } from './store.ts'

export { alertStates, severities, type Alert, type AlertState, type Severity } from './alert.ts'
export { recordHistory } from './life/history.ts'
export { alertsByIds, openAlerts } from './life/reading.ts'
export { transitionsIn, type Transitions } from './life/transitions.ts'
export { alertOf } from './store.ts'

/** Rules over metrics, logs, heartbeats and the audit log, and the alerts that come of them. */
export function createAlerts(): Feature {
  return feature({
    name: 'alerts',
    migrations: alertMigrations,
    endpoints: alertsEndpoints,
    handlers: alertHandlers(() => undefined),
    start: (platform) => tellLive(platform),
  })
}
