import type { Notification, NotifiedAlert } from '../../notification.ts'
import { labelsText, summaryOf, titleOf, valueText } from '../words.ts'

// https://docs.slack.dev/reference/block-kit/blocks
const headerLengthMax = 150
const sectionLengthMax = 3_000
/** 50 blocks are allowed; one is the header, one the foot. */
const alertsMax = 48

/** The body for an incoming webhook; `text` is what notifications and old clients show. */
export function slackMessage(notification: Notification): { text: string; blocks: object[] } {
  const { alerts, externalUrl, reason, truncatedAlerts } = notification
  const title = titleOf(notification)
  const leftOut = Math.max(0, alerts.length - alertsMax) + truncatedAlerts
  const foot = [escaped(reason, 200), link(externalUrl, 'Miktos'), ...(leftOut > 0 ? [`${leftOut} more alerts`] : [])]
  return {
    text: escaped(title, sectionLengthMax),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: escaped(title, headerLengthMax), emoji: false } },
      ...alerts.slice(0, alertsMax).map((alert) => ({ type: 'section', text: formatted(alertText(alert)) })),
      { type: 'context', elements: [formatted(foot.join(' · '))] },
    ],
  }
}

/** Verbatim: names in the text of others become no links and no calls. */
const formatted = (text: string): object => ({ type: 'mrkdwn', text, verbatim: true })

function alertText(alert: NotifiedAlert): string {
  const { status, severity, url, name, labels, acknowledgedBy } = alert
  const state = status === 'resolved' ? 'resolved' : severity
  const value = valueText(alert)
  return [
    `*${state}* ${link(url, name)}${acknowledgedBy === null ? '' : `, acknowledged by ${escaped(acknowledgedBy, 100)}`}`,
    escaped(summaryOf(alert), 1_000),
    ...(value === '' ? [] : [`Value ${value}`]),
    escaped(labelsText(labels, ['alertname']), 800),
  ]
    .filter((line) => line !== '')
    .join('\n')
}

function link(url: string, text: string): string {
  const target = escaped(url.replaceAll('|', '%7C'), 600)
  return /^https?:/.test(url) && url.length <= 500 ? `<${target}|${escaped(text, 150)}>` : escaped(text, 150)
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** All that Slack gives a meaning to goes through these three characters; `<!channel>` is then text. No half entity. */
function escaped(text: string, lengthMax: number): string {
  let written = ''
  for (const character of text.toWellFormed()) {
    const next = entities[character] ?? character
    if (written.length + next.length >= lengthMax) return `${written}…`
    written += next
  }
  return written
}
