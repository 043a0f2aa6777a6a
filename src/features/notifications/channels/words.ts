import { severities, type Severity } from '#features/alerts/index.ts'
import type { Notification, NotifiedAlert } from '../notification.ts'

const namesMax = 3

/** `[FIRING:2] Disk full, Memory low (host=gpu-1)`. One line, of any length. */
export function titleOf({ status, alerts, truncatedAlerts, groupLabels, test }: Notification): string {
  const firing = alerts.filter((alert) => alert.status === 'firing').length
  const state = status === 'firing' ? `FIRING:${firing}${truncatedAlerts > 0 ? '+' : ''}` : 'RESOLVED'
  const names = [...new Set(alerts.map(({ name }) => name))]
  const more = names.length > namesMax ? ` and ${names.length - namesMax} more` : ''
  const labels = labelsText(groupLabels, ['alertname'])
  const title = `[${state}] ${names.slice(0, namesMax).join(', ')}${more}${labels === '' ? '' : ` (${labels})`}`
  return oneLine(test ? `[TEST] ${title}` : title)
}

/** What an alert says of itself. */
export const summaryOf = ({ annotations, name }: NotifiedAlert): string =>
  annotations['summary'] ?? annotations['description'] ?? name

/** `host=gpu-1, service=api`, in the order of their names. */
export const labelsText = (labels: Record<string, string>, leftOut: readonly string[] = []): string =>
  Object.entries(labels)
    .filter(([name]) => !leftOut.includes(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')

/** `42.5, threshold 40`; '' where there is no number. */
export function valueText({ value, threshold }: NotifiedAlert): string {
  if (value === null) return ''
  return threshold === null ? short(value) : `${short(value)}, threshold ${short(threshold)}`
}

const short = (value: number): string => String(Number(value.toPrecision(6)))

/** The worst of those that fire; of all where none does. */
export function worstOf(alerts: readonly NotifiedAlert[]): Severity {
  const firing = alerts.filter(({ status }) => status === 'firing')
  const ranks = (firing.length > 0 ? firing : alerts).map(({ severity }) => severities.indexOf(severity))
  return severities[Math.max(0, ...ranks)]!
}

export const oneLine = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()

/** At most so many UTF-16 units, with `…` where something is missing, and no half character. */
export function shortened(text: string, lengthMax: number): string {
  const whole = text.toWellFormed()
  if (whole.length <= lengthMax) return whole
  return `${whole.slice(0, lengthMax - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}

export const withoutEndSlash = (address: string): string => address.replace(/\/+$/, '')
