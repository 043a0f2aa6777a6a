import { feature, type Feature } from '#platform/http/endpoints.ts'
import { stopEach } from '#platform/lifecycle.ts'
import { alertsEndpoints } from './contract.ts'
import { registerCheck } from './check.ts'
import { Evaluator } from './evaluation/evaluator.ts'
import { tellLive } from './live.ts'
import { startRetention } from './retention.ts'
import { alertHandlers } from './routes.ts'
import { alertMigrations } from './store.ts'

export { severities, type Alert, type Severity } from './alert.ts'
export { recordHistory } from './life/history.ts'
export { alertsByIds, openAlerts } from './life/reading.ts'
export { reportAlerts } from './life/report.ts'

/** Rules over metrics, logs, heartbeats and the audit log, and the alerts that come of them. */
export function createAlerts(): Feature {
  let evaluator: Evaluator | undefined
  return feature({
    name: 'alerts',
    migrations: alertMigrations,
    endpoints: alertsEndpoints,
    handlers: alertHandlers((ruleId) => evaluator?.evaluation(ruleId)),
    start: (platform) => {
      const stops = [tellLive(platform), startRetention(platform)]
      if (platform.config.get('alerts_evaluate')) {
        evaluator = new Evaluator(platform)
        registerCheck(platform, evaluator)
        stops.push(evaluator.start())
      }
      return stopEach(stops)
    },
  })
}
