import { dayMs, secondMs } from '#kernel/time.ts'
import { maskText } from '#platform/logging/patterns.ts'
import { OutboundError, type Outbound, type OutboundReply, type OutboundRequest } from '#platform/outbound/outbound.ts'
import type { Answer } from './channel.ts'

const detailBytesMax = 1_024

/** Sends one message by HTTP. `secrets` are values that must not come back in what the other side says. */
export async function call(
  { outbound, now }: { outbound: Outbound; now: () => number },
  request: OutboundRequest,
  secrets: readonly (string | undefined)[],
): Promise<Answer> {
  try {
    return answerOf(await outbound.request(request), secrets, now())
  } catch (error) {
    return notReached(error)
  }
}

/** Rethrows what is no failure of the other side. */
export function notReached(error: unknown): Answer {
  if (!(error instanceof OutboundError)) throw error
  return { outcome: error.kind === 'blocked' ? 'refused' : 'retry', status: null, detail: error.message }
}

export function answerOf(reply: OutboundReply, secrets: readonly (string | undefined)[], now: number): Answer {
  const { status, headers, body } = reply
  const outcome = outcomeOf(status)
  const waitMs = outcome === 'retry' ? retryAfterMs(headers['retry-after'], now) : undefined
  return {
    outcome,
    status,
    detail: isRedirect(status)
      ? 'It answers with a redirect, which is not followed: enter the address where it is now'
      : detailOf(body.toString(), secrets),
    ...(waitMs !== undefined && { retryAfterMs: waitMs }),
  }
}

const isRedirect = (status: number): boolean => status >= 300 && status < 400

function outcomeOf(status: number): Answer['outcome'] {
  if (status >= 200 && status < 300) return 'sent'
  if (status === 410) return 'gone'
  return status === 408 || status === 429 || status >= 500 ? 'retry' : 'refused'
}

/** Seconds or a date (RFC 9110, 10.2.3); longer than a day is nobody's meaning. */
function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  const waitMs = /^\d+$/.test(header) ? Number(header) * secondMs : Date.parse(header) - now
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), dayMs)
}

/** What the other side said, in one line, without what it was told in confidence. */
export function detailOf(text: string, secrets: readonly (string | undefined)[]): string {
  const hidden = secrets
    .filter((secret) => secret !== undefined)
    .flatMap(partsOf)
    .reduce((said, secret) => said.replaceAll(secret, '‹secret›'), text.slice(0, 4 * detailBytesMax))
  const line = maskText(hidden)
    .toWellFormed()
    .replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
  const { read } = new TextEncoder().encodeInto(line, new Uint8Array(detailBytesMax))
  return line.slice(0, read)
}

/** Of an address, also what stands behind the host: a server may tell which path it does not know. */
function partsOf(secret: string): string[] {
  if (!URL.canParse(secret)) return [secret]
  const { pathname, search } = new URL(secret)
  return [secret, pathname + search, pathname].filter((part) => part.length > 1)
}
