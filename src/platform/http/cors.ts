import type { FastifyReply, FastifyRequest } from 'fastify'

const methods = 'GET, POST, PUT, PATCH, DELETE'
const sendable = 'authorization, content-type, x-request-id, x-miktos-timestamp, x-miktos-nonce, x-miktos-signature'
const readable = 'x-request-id, x-total-count, ratelimit, ratelimit-policy, retry-after'
const preflightSeconds = 600

/**
 * Lets pages of the listed origins call the API with a token of their own, and answers what their
 * browser asks beforehand. The console's cookie is not for them, so credentials are never allowed.
 */
export function crossOrigin(
  origins: readonly string[],
): (request: FastifyRequest, reply: FastifyReply) => FastifyReply | undefined {
  const allowed = new Set(origins)
  return ({ method, headers }, reply) => {
    if (allowed.size === 0) return undefined
    reply.header('vary', 'origin')
    if (headers.origin === undefined || !allowed.has(headers.origin)) return undefined
    reply.headers({ 'access-control-allow-origin': headers.origin, 'access-control-expose-headers': readable })
    if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return undefined
    reply.headers({
      'access-control-allow-methods': methods,
      'access-control-allow-headers': sendable,
      'access-control-max-age': String(preflightSeconds),
    })
    return reply.code(204).send()
  }
}
