import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6

/**
 * How an address may be called: `public` always, `private` where an administrator lists it, `never` whatever is listed:
 * metadata of clouds hands out credentials to whoever asks from within, and the others are no single place.
 */
export type Standing = 'public' | 'private' | 'never'

/** Services of clouds for the machines in them, where they lie outside of the ranges that are blocked anyhow. */
const metadata = new Set(
  [
    // Alibaba, Azure, Oracle.
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    // AWS: instances, pods, time; Google.
    'fd00:ec2::254',
    'fd00:ec2::23',
    'fd00:ec2::123',
    'fd20:ce::254',
  ].map((text) => ipaddr.parse(text).toString()),
)

const privateRanges = new Set(['private', 'loopback', 'carrierGradeNat', 'uniqueLocal'])
/** Laboratories use it as their own; RFC 2544. */
const benchmarking = ipaddr.IPv4.parseCIDR('198.18.0.0/15')
/** All that is routed in public; RFC 4291. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3')
/** IPv4 within IPv6, in the last 32 bits: mapped, translated (RFC 6145), NAT64 (RFC 6052), compatible (RFC 4291). */
const carriers = ['::ffff:0:0/96', '::ffff:0:0:0/96', '64:ff9b::/96', '::/96'].map((range) =>
  ipaddr.IPv6.parseCIDR(range),
)
const sixToFour = ipaddr.IPv6.parseCIDR('2002::/16')

/** The address that is reached in the end: of an IPv6 address that carries an IPv4 one, the latter. */
export function reached(text: string): Address {
  const address = ipaddr.parse(text)
  if (address.kind() === 'ipv4') return address
  const v6 = address as ipaddr.IPv6
  const bytes = v6.toByteArray()
  if (v6.match(sixToFour)) return ipaddr.fromByteArray(bytes.slice(2, 6))
  const isOwn = bytes.slice(0, 15).every((byte) => byte === 0) && bytes[15]! <= 1
  return !isOwn && carriers.some((range) => v6.match(range)) ? ipaddr.fromByteArray(bytes.slice(12)) : v6
}

/** @param text an address in any form that a resolver writes */
export function standingOf(text: string): Standing {
  const address = reached(text)
  if (metadata.has(address.toString())) return 'never'
  const range = address.range()
  if (privateRanges.has(range)) return 'private'
  if (address.kind() === 'ipv4') return standingOfV4(address as ipaddr.IPv4)
  return range === 'unicast' && address.match(globalUnicast) ? 'public' : 'never'
}

function standingOfV4(address: ipaddr.IPv4): Standing {
  if (address.range() === 'unicast') return 'public'
  return address.match(benchmarking) ? 'private' : 'never'
}
