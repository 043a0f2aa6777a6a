import * as z from 'zod'
import { line } from '../fields.ts'

const hostPattern = /^[a-z0-9.:_-]{1,253}$/i

export const EmailConfig = z
  .strictObject({
    host: z.string().regex(hostPattern, 'Write the name or address of a mail server').describe('Mail server (SMTP)'),
    port: z.number().int().min(1).max(65_535).default(587),
    security: z
      .enum(['starttls', 'tls', 'none'])
      .default('starttls')
      .describe('`starttls` (usually port 587), `tls` from the first byte (465), `none` for a server on this machine'),
    username: line(320).optional(),
    password: z.string().min(1).max(1_000).optional(),
    certificate_authority: z
      .string()
      .max(100_000)
      .regex(
        /^\s*-----BEGIN CERTIFICATE-----[\w\s+/=-]+-----END CERTIFICATE-----\s*$/,
        'Paste certificates in PEM form',
      )
      .optional()
      .describe("Certificate, PEM, that signed the mail server's, where public authorities did not"),
    from: z.email('Write an e-mail address').max(254),
    to: z.array(z.email('Write an e-mail address').max(254)).min(1).max(50),
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    path: ['password'],
    message: 'A user name needs a password, and a password a user name',
  })
  .refine(({ username, security }) => username === undefined || security !== 'none', {
    path: ['security'],
    message: 'A password is sent over TLS only',
  })
