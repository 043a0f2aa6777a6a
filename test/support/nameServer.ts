import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { Resolver } from 'node:dns/promises'
import { after } from 'node:test'

export interface NameServer {
  /** Asks it for the IPv4 addresses of a name. */
  lookup: (name: string) => Promise<string[]>
  /** Names it was asked for, in order. */
  asked: string[]
}

/**
 * A name server on loopback (DNS over UDP, RFC 1035). `answers` gives the addresses for the n-th question of a name,
 * so that it can change its mind; undefined never answers.
 */
export async function nameServer(answers: (name: string, nth: number) => string[] | undefined): Promise<NameServer> {
  const socket = createSocket('udp4')
  const asked: string[] = []
  socket.on('message', (query, { port, address }) => {
    const name = nameIn(query)
    const nth = asked.filter((one) => one === name).length
    asked.push(name)
    const addresses = answers(name, nth)
    if (addresses !== undefined) socket.send(replyTo(query, addresses), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  after(() => void socket.close())
  const resolver = new Resolver({ timeout: 60_000, tries: 1 })
  resolver.setServers([`127.0.0.1:${socket.address().port}`])
  after(() => resolver.cancel())
  return { lookup: (name) => resolver.resolve4(name), asked }
}

const headerBytes = 12

function nameIn(query: Buffer): string {
  const labels: string[] = []
  for (let at = headerBytes; query[at]! > 0; at += query[at]! + 1)
    labels.push(query.toString('latin1', at + 1, at + 1 + query[at]!))
  return labels.join('.')
}

function replyTo(query: Buffer, addresses: string[]): Buffer {
  const questionEnd = query.indexOf(0, headerBytes) + 5
  const header = Buffer.from(query.subarray(0, headerBytes))
  // An answer without error; one question, so many answers, nothing else.
  header.writeUInt16BE(0x8180, 2)
  header.writeUInt16BE(addresses.length, 6)
  header.writeUInt32BE(0, 8)
  const records = addresses.map((address) =>
    // Name as in the question, type A, class IN, kept for no time, four bytes.
    Buffer.from([0xc0, headerBytes, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
  )
  return Buffer.concat([header, query.subarray(headerBytes, questionEnd), ...records])
}
