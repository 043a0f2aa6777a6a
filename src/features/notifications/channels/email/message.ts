import { createHash } from 'node:crypto'
import type { Notification, NotifiedAlert } from '../../notification.ts'
import { labelsText, shortened, summaryOf, titleOf, valueText } from '../words.ts'

const subjectLengthMax = 200
const alertsMax = 100

interface MailText {
  subject: string
  text: string
  html: string
}

/** One mail as text and as HTML; both say the same. */
export function mailText(notification: Notification): MailText {
  const { alerts, externalUrl, reason, receiver, truncatedAlerts } = notification
  const title = titleOf(notification)
  const shown = alerts.slice(0, alertsMax)
  const leftOut = alerts.length - shown.length + truncatedAlerts
  const more = leftOut > 0 ? [`${leftOut} more alerts`] : []
  const foot = `Sent by Miktos to ${receiver}: ${reason}.`
  return {
    subject: shortened(title, subjectLengthMax),
    text: [title, ...shown.map(alertText), ...more, `${foot}\n${externalUrl}`].join('\n\n'),
    html: page(title, [
      ...shown.map(alertHtml),
      ...more.map(paragraph),
      `<p>${escaped(foot)} ${link(externalUrl, externalUrl)}</p>`,
    ]),
  }
}

/** Stable ids: a mail that was sent twice is one, and all mails of a group are one thread (RFC 5322, 3.6.4). */
export function mailIds({ id, groupKey }: Notification, from: string): { messageId: string; thread: string } {
  const domain = from.slice(from.lastIndexOf('@') + 1)
  return { messageId: `<${digest(id)}@${domain}>`, thread: `<${digest(groupKey)}.group@${domain}>` }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 40)

const stateOf = ({ status, severity }: NotifiedAlert): string => (status === 'resolved' ? 'resolved' : severity)

/** What is told of an alert below its name, by heading; what there is nothing of is left out. */
function factsOf(alert: NotifiedAlert): [heading: string, text: string][] {
  const facts: [string, string][] = [
    ['Value', valueText(alert)],
    ['Since', new Date(alert.startsAt).toUTCString()],
    ['Ended', alert.endsAt === null ? '' : new Date(alert.endsAt).toUTCString()],
    ['Acknowledged by', alert.acknowledgedBy ?? ''],
    ['Labels', labelsText(alert.labels, ['alertname'])],
  ]
  return facts.filter(([, text]) => text !== '')
}

const alertText = (alert: NotifiedAlert): string =>
  [
    `${stateOf(alert).toUpperCase()}  ${alert.name}`,
    summaryOf(alert),
    ...factsOf(alert).map(([heading, text]) => `${heading}: ${text}`),
    alert.url,
  ].join('\n')

const alertHtml = (alert: NotifiedAlert): string => `
<div style="border-left:4px solid ${colourOf(alert)};padding:0 0 0 12px;margin:0 0 20px">
<p style="margin:0"><strong>${escaped(stateOf(alert).toUpperCase())}</strong> ${link(alert.url, alert.name)}</p>
<p style="margin:4px 0;white-space:pre-line">${escaped(summaryOf(alert))}</p>
${factsOf(alert)
  .map(([heading, text]) => `<div style="color:#555">${heading}: ${escaped(text)}</div>`)
  .join('\n')}
</div>`

const severityColours = { info: '#2563eb', warning: '#b45309', error: '#dc2626', critical: '#991b1b' }
const colourOf = ({ status, severity }: NotifiedAlert): string =>
  status === 'resolved' ? '#15803d' : severityColours[severity]

const page = (title: string, parts: string[]): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title></head>
<body style="font-family:system-ui,sans-serif;font-size:14px;line-height:1.5;max-width:640px">
<h1 style="font-size:16px">${escaped(title)}</h1>
${parts.join('\n')}
</body></html>`

const paragraph = (text: string): string => `<p>${escaped(text)}</p>`

const link = (url: string, text: string): string =>
  /^https?:\/\//.test(url) ? `<a href="${escaped(url)}">${escaped(text)}</a>` : escaped(text)

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character]!)
