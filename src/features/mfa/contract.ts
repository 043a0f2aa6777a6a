import * as z from 'zod'
import type { Endpoints } from '#kernel/contract.ts'
import { done, idParams, time } from '#kernel/page.ts'

const RecoveryCodes = z.object({
  recovery_codes: z.array(z.string()).describe('Each logs in once instead of a code of the app; shown only now'),
})

const code = z.string().min(6).max(40)

export const mfaEndpoints = {
  status: {
    method: 'GET',
    path: '/me/mfa',
    summary: 'Whether my logins ask for a second factor',
    access: 'session',
    reply: z.object({ enabled: z.boolean(), enabled_at: time.nullable(), recovery_codes_left: z.number().int() }),
    errors: ['RESOURCE_NOT_FOUND'],
  },
  enrol: {
    method: 'POST',
    path: '/me/mfa/totp',
    summary: 'Ask for a secret for an authenticator app',
    description: 'Logins ask for its codes only once a first one was confirmed.',
    access: 'session',
    sensitive: true,
    reply: z.object({
      secret: z.string().describe('Base32, to type in where no camera is'),
      otpauth_url: z.string(),
      qr_svg_data_url: z.string().describe('`otpauth_url` as a picture: `data:image/svg+xml;base64,…`'),
    }),
    errors: ['PERMISSION_DENIED', 'CONFLICT'],
  },
  confirm: {
    method: 'POST',
    path: '/me/mfa/totp/confirm',
    summary: 'Put the authenticator app in force with its first code',
    access: 'session',
    rate: 'auth',
    body: z.strictObject({ code }),
    reply: RecoveryCodes,
    errors: ['INVALID_CREDENTIALS', 'PERMISSION_DENIED', 'CONFLICT'],
    example: { body: { code: '492039' } },
  },
  renewRecoveryCodes: {
    method: 'POST',
    path: '/me/mfa/recovery-codes',
    summary: 'Make new recovery codes; the old ones are void',
    access: 'session',
    sensitive: true,
    reply: RecoveryCodes,
    errors: ['PERMISSION_DENIED', 'CONFLICT'],
  },
  disable: {
    method: 'DELETE',
    path: '/me/mfa',
    summary: 'Remove my second factor',
    access: 'session',
    rate: 'auth',
    sensitive: true,
    body: z.strictObject({ otp: code.describe('Code of the authenticator app, or a recovery code') }),
    reply: done,
    errors: ['INVALID_CREDENTIALS', 'PERMISSION_DENIED', 'CONFLICT'],
    example: { body: { otp: '492039' } },
  },
  disableOf: {
    method: 'DELETE',
    path: '/admin/users/{id}/mfa',
    aliases: ['/users/{id}/mfa'],
    summary: "Remove a user's second factor",
    access: 'users:write',
    sensitive: true,
    params: idParams,
    reply: done,
    errors: ['RESOURCE_NOT_FOUND', 'CONFLICT'],
  },
} as const satisfies Endpoints
