import * as z from 'zod'
import { webAddress } from '../fields.ts'

export const PagerdutyConfig = z.strictObject({
  routing_key: z.string().regex(/^[0-9a-zA-Z]{32}$/, 'Write the integration key, 32 letters and digits'),
  base_url: webAddress
    .default('https://events.pagerduty.com')
    .describe('https://events.eu.pagerduty.com for accounts in the EU region'),
})
