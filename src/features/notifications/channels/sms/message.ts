import type { Notification } from '../../notification.ts'
import { oneLine, summaryOf, titleOf } from '../words.ts'
import { cutGsm, gsmLength, smsLengthMax, toGsm } from './gsm.ts'

/** A longer link would leave no room for what is wrong. */
const linkLengthMax = 90

/** One SMS: what is wrong, and where to see more. */
export function smsText(notification: Notification): string {
  const { alerts, externalUrl } = notification
  const [alert] = alerts
  const said = alerts.length === 1 && alert && summaryOf(alert) !== alert.name ? `: ${summaryOf(alert)}` : ''
  const text = toGsm(oneLine(`${titleOf(notification)}${said}`))
  const link = [alert?.url, externalUrl].find((url) => url !== undefined && gsmLength(url) <= linkLengthMax)
  if (link === undefined) return cutGsm(text, smsLengthMax)
  return `${cutGsm(text, smsLengthMax - gsmLength(link) - 1)} ${link}`
}
