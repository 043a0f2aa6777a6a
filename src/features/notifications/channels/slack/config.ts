import * as z from 'zod'
import { webAddress } from '../fields.ts'

export const SlackConfig = z.strictObject({
  url: webAddress.describe('Incoming webhook, such as https://hooks.slack.com/services/…'),
})
