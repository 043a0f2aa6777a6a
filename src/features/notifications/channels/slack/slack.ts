import { call } from '../answer.ts'
import type { ChannelKind } from '../channel.ts'
import { originOf } from '../fields.ts'
import { slackMessage } from './blocks.ts'
import { SlackConfig } from './config.ts'

/** Incoming webhooks of Slack, and of those that take the same messages: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export const slack: ChannelKind<typeof SlackConfig> = {
  kind: 'slack',
  config: SlackConfig,
  secrets: ['url'],
  destination: ['url'],
  target: ({ url }) => `${originOf(url)}/…`,
  // One a second for each channel.
  perMinuteMax: 60,
  send: ({ url }, notification, io) =>
    call(
      io,
      {
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(slackMessage(notification)),
      },
      [url],
    ),
}
