import { iso } from '#kernel/time.ts'
import type { Notification, NotifiedAlert } from '../../notification.ts'

/** What one request may hold; more is left out and counted. */
const bytesMax = 1_000_000
/** As Go writes a time that is not there. */
const noTime = '0001-01-01T00:00:00Z'

/** Version 4 of Alertmanager's webhooks: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
export interface AlertmanagerBody {
  version: '4'
  groupKey: string
  truncatedAlerts: number
  status: 'firing' | 'resolved'
  receiver: string
  groupLabels: Record<string, string>
  commonLabels: Record<string, string>
  commonAnnotations: Record<string, string>
  externalURL: string
  notification_reason: string
  alerts: object[]
}

export function alertmanagerBody(notification: Notification): AlertmanagerBody {
  const { groupKey, truncatedAlerts, status, receiver, groupLabels, commonLabels, commonAnnotations } = notification
  const { externalUrl, reason, alerts } = notification
  const shown = alerts.slice(0, countThatFits(alerts))
  return {
    version: '4',
    groupKey,
    truncatedAlerts: truncatedAlerts + alerts.length - shown.length,
    status,
    receiver,
    groupLabels,
    commonLabels,
    commonAnnotations,
    externalURL: externalUrl,
    notification_reason: reason,
    alerts: shown.map(alertBody),
  }
}

const alertBody = ({ status, labels, annotations, startsAt, endsAt, generatorUrl, fingerprint }: NotifiedAlert) => ({
  status,
  labels,
  annotations,
  startsAt: iso(startsAt),
  endsAt: endsAt === null ? noTime : iso(endsAt),
  generatorURL: generatorUrl,
  fingerprint,
})

function countThatFits(alerts: readonly NotifiedAlert[]): number {
  let bytes = 0
  const over = alerts.findIndex((alert) => (bytes += Buffer.byteLength(JSON.stringify(alertBody(alert)))) > bytesMax)
  return over === -1 ? alerts.length : over
}

/** The same within an event, structured: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md */
export const cloudEvent = (notification: Notification): object => ({
  specversion: '1.0',
  id: notification.id,
  source: notification.externalUrl,
  type: `dev.miktos.alert.${notification.status}.v1`,
  subject: notification.groupKey,
  time: iso(notification.at),
  datacontenttype: 'application/json',
  data: alertmanagerBody(notification),
})
