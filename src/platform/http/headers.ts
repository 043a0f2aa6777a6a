import type { IncomingHttpHeaders } from 'node:http'

/** Of pages and files: scripts only of our own files, so text that is shown can never run. */
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

/**
 * Of the answers of operations: data that nothing may be loaded for, framed, sniffed, embedded elsewhere or
 * stored by a cache. What only documents heed is left out; each header costs every request.
 */
export const dataHeaders = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}

/** Of everything else; files set their own rule for caches. */
export const documentHeaders = {
  ...dataHeaders,
  'content-security-policy': contentSecurityPolicy,
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
}

/** TLS ends at a proxy in front of Miktos; a forged header only makes a cookie stricter. */
export const isEncrypted = ({ headers }: { headers: IncomingHttpHeaders }): boolean =>
  headers['x-forwarded-proto'] === 'https'

/** Sent over TLS: a browser that came this way once never comes without it again. */
export const encryptedHeaders = { 'strict-transport-security': 'max-age=31536000' }
