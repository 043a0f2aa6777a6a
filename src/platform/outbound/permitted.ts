import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { isListed } from './allowList.ts'
import type { Destination } from './destination.ts'
import type { Lookup } from './lookup.ts'
import { OutboundError } from './outbound.ts'
import { reached, standingOf, type Standing } from './standing.ts'

export interface Policy {
  /** The setting `outbound_allow`. */
  allow: () => readonly string[]
  /** Where Miktos itself listens: never called, whatever is listed. */
  ownPorts: () => readonly number[]
  lookup: Lookup
}

/**
 * Asks once where a name leads, and answers the addresses of it that may be dialled, at least one.
 * @throws OutboundError
 */
export async function permittedAddresses(
  { allow, ownPorts, lookup }: Policy,
  destination: Destination,
): Promise<string[]> {
  const { host, port } = destination
  const found = isIP(host) === 0 ? await lookup(host) : [host]
  const own = ownAddresses()
  const judged = found.map((address) => ({ address, verdict: verdictOn(address) }))
  const permitted = judged.filter(({ verdict }) => verdict === 'permitted').map(({ address }) => address)
  if (permitted.length === 0) throw refusal(destination, judged[0]?.verdict ?? 'never')
  return permitted

  function verdictOn(address: string): Verdict {
    const plain = reached(address).toString()
    const isOwn = own.has(plain) || reached(address).range() === 'loopback'
    if (isOwn && ownPorts().includes(port)) return 'own'
    const standing = standingOf(address)
    // What this machine calls on itself is behind no firewall, even at its public address.
    const judgedAs = isOwn && standing === 'public' ? 'private' : standing
    return judgedAs === 'public' || (judgedAs === 'private' && isListed(allow(), destination, address))
      ? 'permitted'
      : judgedAs
  }
}

type Verdict = 'permitted' | 'own' | Standing

const ownAddresses = (): Set<string> =>
  new Set(
    Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .map(({ address }) => reached(address).toString()),
  )

function refusal({ host, port }: Destination, verdict: Verdict): OutboundError {
  if (verdict === 'own') return new OutboundError('blocked', `${host}:${port} is Miktos itself, which is never called`)
  return verdict === 'private'
    ? new OutboundError(
        'blocked',
        `${host} is an address of this machine or of a private network; an administrator may list it in outbound_allow`,
      )
    : new OutboundError('blocked', `${host} leads to an address that is never called`)
}
