import { call } from '../answer.ts'
import type { ChannelKind } from '../channel.ts'
import { originOf } from '../fields.ts'
import { alertmanagerBody, cloudEvent } from './body.ts'
import { WebhookConfig } from './config.ts'
import { signatureHeaders } from './sign.ts'

export const webhook: ChannelKind<typeof WebhookConfig> = {
  kind: 'webhook',
  config: WebhookConfig,
  // The path of such an address is often all the secret there is.
  secrets: ['url', 'signing_secret', 'authorization'],
  destination: ['url'],
  target: ({ url }) => `${originOf(url)}/…`,
  perMinuteMax: 600,
  send: ({ url, format, signing_secret, authorization }, notification, io) => {
    const isEvent = format === 'cloudevents'
    const body = JSON.stringify(isEvent ? cloudEvent(notification) : alertmanagerBody(notification))
    return call(
      io,
      {
        method: 'POST',
        url,
        headers: {
          'content-type': isEvent ? 'application/cloudevents+json' : 'application/json',
          ...(authorization !== undefined && { authorization }),
          // Also without a signature, so that a receiver can tell what is sent again.
          'webhook-id': notification.id,
          ...(signing_secret !== undefined && signatureHeaders(signing_secret, notification.id, io.now(), body)),
        },
        body,
      },
      [url, signing_secret, authorization],
    )
  },
}
