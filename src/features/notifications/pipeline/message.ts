import type { Alert } from '#features/alerts/index.ts'
import type { Labels } from '#platform/telemetry/labels.ts'
import { alertLabels } from '../alertLabels.ts'
import type { Notification, NotifiedAlert } from '../notification.ts'
import { firedAt } from './escalate.ts'
import type { Group } from './group.ts'
import type { Tell } from './plan.ts'

/** More than anybody reads. */
const alertsMax = 100

interface Frame {
  id: string
  at: number
  /** Name of the channel. */
  receiver: string
  /** Address of the console. */
  externalUrl: string
}

/** What a channel is given. */
export function notificationOf(
  { id, at, receiver, externalUrl }: Frame,
  group: Pick<Group, 'key' | 'labels'>,
  { firing, resolved, reason }: Tell,
): Notification {
  const all = [...firing, ...resolved]
  const alerts = all.slice(0, alertsMax).map((alert) => notifiedAlert(alert, externalUrl))
  return {
    id,
    at,
    status: firing.length > 0 ? 'firing' : 'resolved',
    groupKey: group.key,
    groupLabels: group.labels,
    commonLabels: common(all.map(alertLabels)),
    commonAnnotations: common(all.map(({ annotations }) => annotations)),
    alerts,
    truncatedAlerts: all.length - alerts.length,
    receiver,
    externalUrl,
    reason,
    test: false,
  }
}

const notifiedAlert = (alert: Alert, externalUrl: string): NotifiedAlert => ({
  id: alert.id,
  fingerprint: alert.fingerprint,
  name: alert.name,
  status: alert.state === 'resolved' ? 'resolved' : 'firing',
  severity: alert.severity,
  labels: { ...alertLabels(alert) },
  annotations: alert.annotations,
  startsAt: firedAt(alert),
  endsAt: alert.state === 'resolved' ? alert.resolved_at : null,
  acknowledgedBy: alert.acknowledged_by,
  value: alert.value,
  threshold: alert.threshold,
  url: `${externalUrl}/alerts/firing/${encodeURIComponent(alert.fingerprint)}`,
  generatorUrl: alert.generator_url,
})

/** What all of them have alike. */
function common(all: readonly Labels[]): Record<string, string> {
  const [first = {}, ...rest] = all
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => rest.every((labels) => labels[name] === value)),
  )
}

/** The names of the alerts, as a line. */
export function titleOf({ firing, resolved }: Tell): string {
  const names = [...new Set([...firing, ...resolved].map(({ name }) => name))]
  const line = names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')
  return [...line].slice(0, 200).join('')
}
