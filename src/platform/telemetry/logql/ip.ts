import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6

/**
 * Whether an address lies in what `ip("...")` names: one address, `192.168.4.5-192.168.4.20`, or `192.168.4.0/24`.
 * @throws SyntaxError for anything else
 */
export function ipRange(range: string): (address: string) => boolean {
  const within = rangeTest(range)
  return (text) => {
    const address = parsed(text)
    return address !== null && within(address)
  }
}

function rangeTest(range: string): (address: Address) => boolean {
  const [first, last, ...others] = range.split('-').map((each) => parsed(each.trim()))
  if (first && last && others.length === 0 && first.kind() === last.kind()) {
    const [low, high] = [first.toByteArray(), last.toByteArray()]
    return (address) => {
      const bytes = address.toByteArray()
      return bytes.length === low.length && compareBytes(bytes, low) >= 0 && compareBytes(bytes, high) <= 0
    }
  }
  if (first && last === undefined) return (address) => address.toString() === first.toString()
  if (ipaddr.isValidCIDR(range)) {
    const [network, bits] = ipaddr.parseCIDR(range)
    return (address) => address.kind() === network.kind() && address.match(network, bits)
  }
  throw new SyntaxError(`ip: ${JSON.stringify(range)} is no address, range (a-b) or network (a/bits)`)
}

function compareBytes(a: number[], b: number[]): number {
  const at = a.findIndex((byte, index) => byte !== b[index])
  return at < 0 ? 0 : a[at]! - b[at]!
}

const parsed = (text: string): Address | null => (isIP(text) === 0 ? null : ipaddr.parse(text))

const candidates = /[0-9a-fA-F:.]+/g
/** Of an address with its port. */
const candidateMax = 64

/** Whether a line holds an address that lies in the range. */
export function ipInLine(range: string): (line: string) => boolean {
  const within = ipRange(range)
  return (line) => {
    for (const [candidate] of line.matchAll(candidates)) {
      if (candidate.length > candidateMax || !/[.:]/.test(candidate)) continue
      if (within(candidate) || within(candidate.replace(/[.:]+$/, '')) || within(candidate.replace(/:\d+$/, '')))
        return true
    }
    return false
  }
}
