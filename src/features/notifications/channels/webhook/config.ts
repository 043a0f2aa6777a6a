import * as z from 'zod'
import { line, webAddress } from '../fields.ts'

export const WebhookConfig = z.strictObject({
  url: webAddress,
  format: z
    .enum(['alertmanager', 'cloudevents'])
    .default('alertmanager')
    .describe("The body: that of Alertmanager's webhooks (version 4), or the same within a CloudEvent (1.0)"),
  signing_secret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'Write `whsec_` and 24 to 64 bytes in base64')
    .optional()
    .describe('Requests are signed with it as Standard Webhooks says'),
  authorization: line(2_000)
    .regex(/^[\x20-\x7e]+$/, 'Write ASCII only')
    .optional()
    .describe('Sent as the header Authorization'),
})
