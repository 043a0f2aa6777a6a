import { parseCookie, stringifySetCookie } from 'cookie'
import type { FastifyReply } from 'fastify'
import type { IncomingHttpHeaders } from 'node:http'
import type { CookieOptions } from './request.ts'

/** The cookies that came, by name. Read where somebody asks for one: programs send none. */
export const cookiesOf = ({ cookie }: IncomingHttpHeaders): Record<string, string | undefined> =>
  cookie === undefined ? {} : parseCookie(cookie)

/** For no script to read, and for no other site to send along. */
export function setCookie(
  reply: FastifyReply,
  name: string,
  value: string,
  { maxAgeSeconds, path, secure }: CookieOptions & { secure: boolean },
): void {
  const cookie = { name, value, path, maxAge: maxAgeSeconds, httpOnly: true, sameSite: 'strict', secure } as const
  // Fastify keeps more than one of these.
  reply.header('set-cookie', stringifySetCookie(cookie))
}
