import { createHash } from 'node:crypto'
import { iso } from '#kernel/time.ts'
import type { Notification, NotifiedAlert } from '../../notification.ts'
import { labelsText, oneLine, shortened, summaryOf, titleOf, valueText, worstOf } from '../words.ts'

// https://developer.pagerduty.com/docs/send-alert-event
const summaryLengthMax = 1_024
const dedupKeyLengthMax = 255
const eventBytesMax = 512_000
const linksMax = 10

/** What happens to the incident of a group: it opens, somebody took up all that fires, or it ends. */
export function actionOf({ status, alerts }: Notification): 'trigger' | 'acknowledge' | 'resolve' {
  if (status === 'resolved') return 'resolve'
  const firing = alerts.filter((alert) => alert.status === 'firing')
  return firing.length > 0 && firing.every(({ acknowledgedBy }) => acknowledgedBy !== null) ? 'acknowledge' : 'trigger'
}

/** Names the incident: one for each group, however long its key. */
export const dedupKey = ({ groupKey }: Notification): string =>
  groupKey.length <= dedupKeyLengthMax ? groupKey : createHash('sha256').update(groupKey).digest('hex')

export function pagerdutyEvent(
  notification: Notification,
  routingKey: string,
  action = actionOf(notification),
): object {
  const event = { routing_key: routingKey, event_action: action, dedup_key: dedupKey(notification) }
  if (action !== 'trigger') return event
  const { externalUrl, alerts } = notification
  const whole = {
    ...event,
    client: 'Miktos',
    client_url: externalUrl,
    links: alerts.slice(0, linksMax).map(({ url, name }) => ({ href: url, text: shortened(oneLine(name), 200) })),
    payload: { ...payloadOf(notification), custom_details: detailsOf(notification) },
  }
  const fits = Buffer.byteLength(JSON.stringify(whole)) <= eventBytesMax
  return fits ? whole : { ...whole, payload: { ...payloadOf(notification), custom_details: { left_out: 'too large' } } }
}

function payloadOf(notification: Notification): object {
  const { alerts, at, commonLabels: labels, groupLabels, externalUrl } = notification
  const part = (...names: string[]): string | undefined =>
    names.map((name) => shortened(oneLine(labels[name] ?? ''), summaryLengthMax)).find((text) => text !== '')
  return {
    summary: shortened(titleOf(notification), summaryLengthMax),
    source: part('instance', 'host', 'service', 'job') ?? new URL(externalUrl).host,
    severity: worstOf(alerts),
    timestamp: iso(alerts[0]?.startsAt ?? at),
    component: part('service', 'job'),
    group: shortened(oneLine(labelsText(groupLabels)), summaryLengthMax) || undefined,
    class: part('alertname'),
  }
}

const detailsOf = ({ alerts, reason, truncatedAlerts }: Notification): object => ({
  reason,
  ...(truncatedAlerts > 0 && { alerts_left_out: truncatedAlerts }),
  alerts: alerts.map(detailOfAlert),
})

const detailOfAlert = (alert: NotifiedAlert): object => ({
  name: alert.name,
  status: alert.status,
  severity: alert.severity,
  summary: summaryOf(alert),
  value: valueText(alert) || undefined,
  labels: alert.labels,
  started_at: iso(alert.startsAt),
  url: alert.url,
})
