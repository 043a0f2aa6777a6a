import { call } from '../answer.ts'
import type { ChannelKind } from '../channel.ts'
import { withoutEndSlash } from '../words.ts'
import { SmsConfig } from './config.ts'
import { smsText } from './message.ts'

/** Twilio's REST API: https://www.twilio.com/docs/messaging/api/message-resource */
export const sms: ChannelKind<typeof SmsConfig> = {
  kind: 'sms',
  config: SmsConfig,
  secrets: ['auth_token'],
  destination: ['base_url', 'account_sid'],
  target: ({ to }) => to,
  // One a second for a long number.
  perMinuteMax: 60,
  send: ({ account_sid, auth_token, from, to, base_url }, notification, io) => {
    const credentials = Buffer.from(`${account_sid}:${auth_token}`).toString('base64')
    const sender = from.startsWith('MG') ? { MessagingServiceSid: from } : { From: from }
    return call(
      io,
      {
        method: 'POST',
        url: `${withoutEndSlash(base_url)}/2010-04-01/Accounts/${account_sid}/Messages.json`,
        headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ To: to, ...sender, Body: smsText(notification) }).toString(),
      },
      [auth_token, credentials],
    )
  },
}
