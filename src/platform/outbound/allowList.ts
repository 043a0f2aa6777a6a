import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { hostDestination, type Destination } from './destination.ts'
import { reached } from './standing.ts'

/** One entry of the setting `outbound_allow`. */
interface Allowed {
  /** `address` is where the name of `destination` leads. */
  covers(destination: Destination, address: string): boolean
}

const withPort = /^(?:\[(?<v6>[^\]]+)\]|(?<host>[^:[\]]+)):(?<port>\d{1,5})$/

/** Whether an entry can be read: `10.1.0.0/16`, `10.1.2.3`, `127.0.0.1:9000`, `[::1]:9000`, `loki.internal:3100`. */
export const isAllowEntry = (entry: string): boolean => read(entry) !== undefined

/** Whether one of the entries lets this be called though it is private. */
export const isListed = (entries: readonly string[], destination: Destination, address: string): boolean =>
  entries.some((entry) => read(entry)?.covers(destination, address))

function read(entry: string): Allowed | undefined {
  if (ipaddr.isValidCIDR(entry)) return rangeAllowed(entry)
  if (isIP(entry) !== 0) return { covers: (_, address) => same(address, entry) }
  const { v6, host, port: portText } = withPort.exec(entry)?.groups ?? {}
  const port = Number(portText)
  if (portText === undefined || port < 1 || port > 65_535) return undefined
  const literal = v6 ?? host!
  if (isIP(literal) !== 0) return { covers: (asked, address) => asked.port === port && same(address, literal) }
  return v6 === undefined && isName(literal) ? nameAllowed(literal, port) : undefined
}

function rangeAllowed(entry: string): Allowed {
  const [network, bits] = ipaddr.parseCIDR(entry)
  return {
    covers: (_, text) => {
      const address = reached(text)
      return address.kind() === network.kind() && address.match(network, bits)
    },
  }
}

function nameAllowed(name: string, port: number): Allowed {
  const { host } = hostDestination(name, port)
  return { covers: (asked) => asked.port === port && asked.host === host }
}

const isName = (text: string): boolean =>
  /^(?=.{1,253}$)[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i.test(text) && !/^[\d.]+$/.test(text)

const same = (address: string, entry: string): boolean => reached(address).toString() === reached(entry).toString()
