import { call } from '../answer.ts'
import type { ChannelKind } from '../channel.ts'
import { withoutEndSlash } from '../words.ts'
import { PagerdutyConfig } from './config.ts'
import { pagerdutyEvent } from './event.ts'

/** Events API v2: https://developer.pagerduty.com/docs/events-api-v2-overview */
export const pagerduty: ChannelKind<typeof PagerdutyConfig> = {
  kind: 'pagerduty',
  config: PagerdutyConfig,
  secrets: ['routing_key'],
  destination: ['base_url'],
  target: ({ base_url }) => new URL(base_url).host,
  perMinuteMax: 120,
  send: async ({ routing_key, base_url }, notification, io) => {
    const enqueue = (event: object) =>
      call(
        io,
        {
          method: 'POST',
          url: `${withoutEndSlash(base_url)}/v2/enqueue`,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(event),
        },
        [routing_key],
      )
    const answer = await enqueue(pagerdutyEvent(notification, routing_key))
    // A test leaves no incident open that somebody has to close by hand.
    if (notification.test && answer.outcome === 'sent')
      await enqueue(pagerdutyEvent(notification, routing_key, 'resolve'))
    return answer
  },
}
