import type { IncomingHttpHeaders } from 'node:http'

/** Of every page and file: scripts only of our own files, so text that is shown can never run. */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  // The chart and editor libraries of the console write style elements.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** Sent with every answer; answers of the API are never stored by a cache, files set their own rule. */
export const securityHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'cache-control': 'no-store',
}

/** TLS ends at a proxy in front of Miktos; a forged header only makes a cookie stricter. */
export const isEncrypted = ({ headers }: { headers: IncomingHttpHeaders }): boolean =>
  headers['x-forwarded-proto'] === 'https'

/** Sent over TLS: a browser that came this way once never comes without it again. */
export const encryptedHeaders = { 'strict-transport-security': 'max-age=31536000' }
