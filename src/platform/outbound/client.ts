import { secondMs } from '#kernel/time.ts'
import { slotsGate } from '../telemetry/admission.ts'
import type { Dispatcher } from 'undici'
import { openConnections } from './connections.ts'
import { hostDestination, webDestination } from './destination.ts'
import { asOutboundError } from './failure.ts'
import { systemLookup } from './lookup.ts'
import { OutboundError, type Outbound, type OutboundRequest, type OutboundStream } from './outbound.ts'
import { permittedAddresses, type Policy } from './permitted.ts'

export const mebibyte = 1_048_576
const timeoutMsDefault = 10 * secondMs
const waitingMax = 10_000

interface Options extends Omit<Policy, 'lookup'>, Partial<Pick<Policy, 'lookup'>> {
  /** PEM; those that Node trusts unless told. */
  certificateAuthorities?: string
  /** The largest body that is sent, and that is taken; 1 MiB unless told. */
  bytesMax?: number
  /** So many requests are on their way at a time, 32 unless told. */
  runningMax?: number
  /** Uses connections again for the same server while it stays at the same addresses. */
  keepsConnections?: boolean
}

interface OutboundClient extends Outbound {
  /** All addresses of a server that may be dialled, at least one. @throws OutboundError */
  addresses(host: string, port: number): Promise<string[]>
  close(): void
}

/** Calls addresses so that nobody who names one gets further by it than is allowed (docs/security.md). */
export function createOutbound({
  certificateAuthorities,
  bytesMax = mebibyte,
  runningMax = 32,
  keepsConnections = false,
  ...given
}: Options): OutboundClient {
  const policy: Policy = { lookup: systemLookup, ...given }
  const gate = slotsGate(runningMax, waitingMax)
  const connections = openConnections({ certificateAuthorities, isKept: keepsConnections, countMax: runningMax })
  const most = `${bytesMax / mebibyte} MiB`

  const stream: Outbound['stream'] = async (request, read) => {
    const destination = webDestination(request.url)
    if (Buffer.byteLength(request.body ?? '') > bytesMax)
      throw new OutboundError('blocked', `There is more to send than ${most}`)
    const { timeoutMs = timeoutMsDefault } = request
    const timeout = AbortSignal.timeout(timeoutMs)
    const signal = request.signal ? AbortSignal.any([timeout, request.signal]) : timeout
    const work = async () => {
      const addresses = await before(signal, permittedAddresses(policy, destination))
      return connections.use(destination.url.origin, addresses, (dispatcher) =>
        call(dispatcher, { ...request, signal }, destination.url, ({ body, ...head }) =>
          read({ ...head, body: capped(body, bytesMax, `${destination.host} answers with more than ${most}`) }),
        ),
      )
    }
    return gate.run(work, signal).catch((error: unknown) => {
      throw asOutboundError(error, destination, timeoutMs)
    })
  }

  const addresses = async (host: string, port: number): Promise<string[]> => {
    const destination = hostDestination(host, port)
    const signal = AbortSignal.timeout(timeoutMsDefault)
    return before(signal, permittedAddresses(policy, destination)).catch((error: unknown) => {
      throw asOutboundError(error, destination, timeoutMsDefault)
    })
  }

  return {
    stream,
    request: (request) =>
      stream(request, async ({ body, ...head }) => {
        const chunks: Uint8Array[] = []
        for await (const chunk of body) chunks.push(chunk)
        return { ...head, body: Buffer.concat(chunks) }
      }),
    addresses,
    resolve: async (host, port) => (await addresses(host, port))[0]!,
    close: () => connections.close(),
  }
}

async function call<T>(
  dispatcher: Dispatcher,
  { method, headers = {}, body, signal }: OutboundRequest,
  url: URL,
  read: (reply: OutboundStream) => Promise<T>,
): Promise<T> {
  const reply = await dispatcher.request({
    origin: url.origin,
    method,
    path: url.pathname + url.search,
    headers: { 'user-agent': 'Miktos', 'accept-encoding': 'identity', ...headers },
    body: body ?? null,
    signal: signal ?? null,
  })
  try {
    return await read({
      status: reply.statusCode,
      headers: Object.fromEntries(
        Object.entries(reply.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
      ),
      body: reply.body,
    })
  } finally {
    reply.body.destroy()
  }
}

async function* capped(body: AsyncIterable<Uint8Array>, bytesMax: number, refusal: string): AsyncIterable<Uint8Array> {
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.byteLength
    if (bytes > bytesMax) throw new OutboundError('failed', refusal, 'too large')
    yield chunk
  }
}

async function before<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const giveUp = (): void => reject(signal.reason)
  if (signal.aborted) giveUp()
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}
