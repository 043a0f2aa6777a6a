import type { Alert } from '#features/alerts/index.ts'
import type { Labels } from '#platform/telemetry/labels.ts'

/** What matchers and groups see of an alert: its labels, with its name and severity as other systems call them. */
export const alertLabels = ({ name, severity, labels }: Pick<Alert, 'name' | 'severity' | 'labels'>): Labels => ({
  alertname: name,
  severity,
  ...labels,
})
