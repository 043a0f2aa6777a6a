import { secondMs } from '#kernel/time.ts'
import type { Destination } from './destination.ts'
import { OutboundError } from './outbound.ts'

const words: Record<string, string> = {
  ECONNREFUSED: 'refuses the connection',
  ECONNRESET: 'ended the connection before it had answered',
  EPIPE: 'ended the connection before it had answered',
  UND_ERR_SOCKET: 'ended the connection before it had answered',
  ETIMEDOUT: 'does not answer',
  EHOSTUNREACH: 'cannot be reached from here',
  ENETUNREACH: 'cannot be reached from here',
  ENOTFOUND: 'is not known: no such name',
  EAI_AGAIN: 'is not known: names cannot be resolved now',
  ECONNABORTED: 'ended the connection before it had answered',
  UND_ERR_HEADERS_OVERFLOW: 'answers with too many headers',
}

/** Says what went wrong in words of our own, since those of libraries may hold what was sent. */
export function asOutboundError(error: unknown, { host, port }: Destination, timeoutMs: number): OutboundError {
  if (error instanceof OutboundError) return error
  const cause = error instanceof AggregateError ? error.errors[0] : error
  const { code = '', name = '', message = '' } = cause as { code?: string; name?: string; message?: string }
  const where = `${host}:${port}`
  if (name === 'TimeoutError')
    return new OutboundError('failed', `${where} did not answer within ${timeoutMs / secondMs} s`, 'too late')
  if (name === 'AbortError') return new OutboundError('failed', `${where} was not waited for any longer`)
  // A header that cannot be sent will not become one by waiting.
  if (code === 'UND_ERR_INVALID_ARG') return new OutboundError('blocked', 'What is configured cannot be sent as it is')
  return new OutboundError('failed', `${where} ${words[code] ?? otherwise(String(code), message)}`)
}

function otherwise(code: string, message: string): string {
  if (code.startsWith('HPE_')) return 'does not answer in HTTP'
  if (/CERT|SELF_SIGNED|ISSUER/.test(code)) return `has a certificate that is not trusted (${code})`
  if (code.startsWith('ERR_SSL') || /SSL|TLS/.test(message)) return 'does not speak TLS as it should'
  return `cannot be called${code === '' ? '' : ` (${code})`}`
}
