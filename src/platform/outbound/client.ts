import type { LookupFunction } from 'node:net'
import { isIP } from 'node:net'
import { secondMs } from '#kernel/time.ts'
import { slotsGate } from '../telemetry/admission.ts'
import { hostDestination, webDestination, type WebDestination } from './destination.ts'
import { asOutboundError } from './failure.ts'
import { systemLookup } from './lookup.ts'
import { OutboundError, type Outbound, type OutboundReply, type OutboundRequest } from './outbound.ts'
import { permittedAddresses, type Policy } from './permitted.ts'

export const bytesMax = 1_048_576
const timeoutMsDefault = 10 * secondMs
const runningMax = 32
const waitingMax = 10_000

interface Options extends Omit<Policy, 'lookup'>, Partial<Pick<Policy, 'lookup'>> {
  /** PEM; those that Node trusts unless told. */
  certificateAuthorities?: string
}

/** Calls addresses that people enter so that nobody gets further by it than they could themselves (docs/security.md). */
export function createOutbound({ certificateAuthorities, ...given }: Options): Outbound {
  const policy: Policy = { lookup: systemLookup, ...given }
  const gate = slotsGate(runningMax, waitingMax)
  return {
    async request(request) {
      const destination = webDestination(request.url)
      if (Buffer.byteLength(request.body ?? '') > bytesMax)
        throw new OutboundError('blocked', 'There is more to send than 1 MiB')
      const timeoutMs = request.timeoutMs ?? timeoutMsDefault
      const signal = AbortSignal.timeout(timeoutMs)
      const work = async (): Promise<OutboundReply> => {
        const addresses = await before(signal, permittedAddresses(policy, destination))
        return call(request, destination, addresses, signal, certificateAuthorities)
      }
      return gate.run(work, signal).catch((error: unknown) => {
        throw asOutboundError(error, destination, timeoutMs)
      })
    },
    async resolve(host, port) {
      const destination = hostDestination(host, port)
      const signal = AbortSignal.timeout(timeoutMsDefault)
      const [address] = await before(signal, permittedAddresses(policy, destination)).catch((error: unknown) => {
        throw asOutboundError(error, destination, timeoutMsDefault)
      })
      return address!
    },
  }
}

/** A connection of its own for each request: nothing that was checked for one is used for another. */
async function call(
  { method, headers = {}, body }: OutboundRequest,
  { url }: WebDestination,
  addresses: string[],
  signal: AbortSignal,
  ca: string | undefined,
): Promise<OutboundReply> {
  const { Client } = await import('undici')
  const client = new Client(url.origin, {
    connect: { lookup: only(addresses), autoSelectFamily: true, ...(ca !== undefined && { ca }) },
    allowH2: false,
    maxResponseSize: bytesMax,
    // The signal ends everything together.
    connectTimeout: 0,
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  try {
    const reply = await client.request({
      method,
      path: url.pathname + url.search,
      headers: { 'user-agent': 'Miktos', 'accept-encoding': 'identity', ...headers },
      body: body ?? null,
      signal,
      reset: true,
    })
    return {
      status: reply.statusCode,
      headers: Object.fromEntries(
        Object.entries(reply.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
      ),
      body: Buffer.from(await reply.body.arrayBuffer()),
    }
  } finally {
    await client.destroy()
  }
}

/** Answers whoever dials with the addresses that were checked, without asking again. */
const only =
  (addresses: string[]): LookupFunction =>
  (_name, { all }, done) => {
    const known = addresses.map((address) => ({ address, family: isIP(address) }))
    if (all) done(null, known)
    else done(null, known[0]!.address, known[0]!.family)
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
