import * as z from 'zod'
import { webAddress } from '../fields.ts'

const phoneNumber = z.string().regex(/^\+[1-9]\d{6,14}$/, 'Write a number such as +4915112345678')

export const SmsConfig = z.strictObject({
  account_sid: z.string().regex(/^AC[0-9a-fA-F]{32}$/, 'Write the Account SID, AC and 32 digits'),
  auth_token: z.string().regex(/^[\w-]{1,200}$/, 'Write the auth token as Twilio shows it'),
  from: z
    .union(
      [phoneNumber, z.string().regex(/^MG[0-9a-fA-F]{32}$/)],
      'Write a number such as +15005550006, or MG and 32 digits',
    )
    .describe('Number that sends, or SID of a messaging service'),
  to: phoneNumber,
  base_url: webAddress.default('https://api.twilio.com').describe("Twilio's REST API, or one like it"),
})
