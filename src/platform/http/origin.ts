import type { IncomingHttpHeaders } from 'node:http'
import { AppError } from '#kernel/errors.ts'

/** A browser sends its cookie along with requests that other sites make; those carry another Origin. */
export function requireSameOrigin({ headers }: { headers: IncomingHttpHeaders }): void {
  const { origin, host } = headers
  if (origin && host && URL.canParse(origin) && sameHost(new URL(origin), host)) return
  throw new AppError('PERMISSION_DENIED', 'A request with a session cookie must come from the console itself', {
    origin: origin ?? null,
  })
}

/** `example:443` and `example` are one host for https. */
const sameHost = ({ protocol, host }: URL, other: string): boolean => {
  const otherUrl = `${protocol}//${other}`
  return URL.canParse(otherUrl) && new URL(otherUrl).host === host
}
