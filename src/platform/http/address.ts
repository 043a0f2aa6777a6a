import ipaddr from 'ipaddr.js'

/** Address ranges in CIDR form; a single address is a range of one. */
export type AddressRanges = (address: string) => boolean

/** Parses once, so that asking is cheap. Throws on text that is no range. */
export function addressRanges(ranges: readonly string[]): AddressRanges {
  const parsed = ranges.map((range) => (range.includes('/') ? ipaddr.parseCIDR(range) : singleAddress(range)))
  return (address) => {
    if (!ipaddr.isValid(address)) return false
    const ip = ipaddr.process(address)
    return parsed.some(([network, bits]) => network.kind() === ip.kind() && ip.match(network, bits))
  }
}

function singleAddress(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const ip = ipaddr.process(text)
  return [ip, ip.kind() === 'ipv4' ? 32 : 128]
}

/** `::ffff:10.0.0.1` and `10.0.0.1` are one address. */
export const normalAddress = (address: string): string =>
  ipaddr.isValid(address) ? ipaddr.process(address).toString() : address

/**
 * Who really called: the TCP peer (in its normal form), unless that is a trusted proxy; then the rightmost address of
 * X-Forwarded-For that is not itself one. What stands further left was written by the client.
 */
export function clientAddress(
  peer: string,
  forwardedFor: string | string[] | undefined,
  trusted: AddressRanges,
): string {
  let client = peer
  if (forwardedFor === undefined || !trusted(client)) return client
  const hops = [forwardedFor ?? []]
    .flat()
    .join(',')
    .split(',')
    .map((hop) => hop.trim())
    .filter(Boolean)
  for (const hop of hops.toReversed()) {
    if (!trusted(client) || !ipaddr.isValid(hop)) break
    client = normalAddress(hop)
  }
  return client
}
