import assert from 'node:assert/strict'

export interface SentLine {
  atMs: number
  service: string
  line: string
}

let ns = 0
/** Lines of one millisecond keep their order. */
const nextNs = (): number => (ns = (ns + 1) % 1_000_000)

/** Sends lines as the clients of Loki do. */
export async function pushLines(url: string, token: string, lines: readonly SentLine[]): Promise<void> {
  const services = Map.groupBy(lines, ({ service }) => service)
  const reply = await fetch(`${url}/loki/api/v1/push`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      streams: [...services].map(([service, own]) => ({
        stream: { service_name: service, env: 'test' },
        values: own.map(({ atMs, line }) => [`${Math.floor(atMs)}${String(nextNs()).padStart(6, '0')}`, line]),
      })),
    }),
  })
  assert.equal(reply.status, 204, await reply.text())
}
