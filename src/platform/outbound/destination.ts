import { OutboundError } from './outbound.ts'

/** Where something goes. The host is in its one form: lower-case ASCII, no brackets, no dot at the end; IPv4 as four numbers. */
export interface Destination {
  host: string
  port: number
}

export interface WebDestination extends Destination {
  /** With the host in that form; what is dialled is read from it. */
  url: URL
}

const defaultPorts: Record<string, number> = { 'http:': 80, 'https:': 443 }

/**
 * Reads an address by the rules of the WHATWG (https://url.spec.whatwg.org), which know every odd spelling: `0177.1`,
 * `0x7f000001`, `①②⑦.0.0.1` and `127.0.0.1` are one host. What is judged and what is dialled are both this reading.
 * @throws OutboundError
 */
export function webDestination(text: string): WebDestination {
  if (!URL.canParse(text)) throw new OutboundError('blocked', 'This is no address')
  const url = new URL(text)
  const defaultPort = defaultPorts[url.protocol]
  if (defaultPort === undefined) throw new OutboundError('blocked', 'Only http and https addresses are called')
  if (url.username !== '' || url.password !== '')
    throw new OutboundError('blocked', 'An address that is called has no user and password before the host')
  url.hostname = url.hostname.replace(/\.$/, '')
  url.hash = ''
  return { url, host: unbracketed(url.hostname), port: url.port === '' ? defaultPort : Number(url.port) }
}

/** The same reading of a host by itself. @throws OutboundError */
export function hostDestination(host: string, port: number): Destination {
  const literal = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  if (/[\s/\\?#@]/.test(host) || !URL.canParse(`http://${literal}:${port}/`))
    throw new OutboundError('blocked', 'This is no host')
  return { host: webDestination(`http://${literal}/`).host, port }
}

const unbracketed = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1')
