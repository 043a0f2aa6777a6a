import type { WebSocket } from 'ws'
import { hourMs } from '#kernel/time.ts'
import type { SocketRoute, SocketTarget } from '#platform/http/upgrade.ts'
import type { Platform } from '#platform/platform.ts'
import type { Connections } from '#platform/realtime/connections.ts'
import type { TailPortion } from '#platform/telemetry/logs/client.ts'
import { follow, unsentBytesMax } from './follow.ts'
import { lokiTime } from './lokiParams.ts'
import { nsOf } from './time.ts'

const limitMax = 5_000

/** What is needed of a row here; the console's form has it all. */
interface TailedRow {
  timestamp_ns: string
  line: string
  labels: Record<string, string>
  metadata: Record<string, string>
}

/**
 * `/loki/api/v1/tail`: first the newest lines that are there, then what comes.
 * https://grafana.com/docs/loki/latest/reference/loki-http-api/#stream-logs
 */
export const lokiTail = (platform: Platform, connections: Connections): SocketRoute => ({
  path: '/loki/api/v1/tail',
  access: 'logs:read',
  accept: (socket, ctx, { query }) => {
    const text = query.get('query') ?? ''
    if (!connections.adopt(socket, ctx, 'logs:read', `Loki tail ${text.slice(0, 200)}`)) return
    follow(platform, socket, {
      query: () => text,
      before: async () => {
        const past = await platform.telemetry.logs.logql(pastOf(text, query, platform.now()))
        socket.send(`{"streams":${JSON.stringify(streamsIn(past))},"dropped_entries":null}`)
      },
      send: sender(socket),
    })
  },
})

function pastOf(expression: string, query: SocketTarget['query'], now: number) {
  const start = lokiTime.safeParse(query.get('start') ?? '')
  const limit = Number(query.get('limit') ?? 10)
  return {
    expression,
    startNs: start.success ? start.data : nsOf(now - hourMs),
    endNs: nsOf(now + 1),
    limit: Number.isInteger(limit) && limit >= 0 ? Math.min(limit, limitMax) : 10,
    direction: 'backward' as const,
  }
}

const streamsIn = (answer: Uint8Array): unknown => {
  const { data } = JSON.parse(Buffer.from(answer).toString()) as { data: { resultType: string; result: unknown } }
  return data.resultType === 'streams' ? data.result : []
}

function sender(socket: WebSocket): (portion: TailPortion) => void {
  let missed: { timestamp: string; labels: Record<string, string> }[] = []
  return ({ rows }) => {
    const tailed = rows as TailedRow[]
    if (socket.bufferedAmount > unsentBytesMax) {
      missed.push(...tailed.map(({ timestamp_ns, labels }) => ({ timestamp: timestamp_ns, labels })))
      missed = missed.slice(-limitMax)
      return
    }
    const byStream = Map.groupBy(tailed, ({ labels, metadata }) => JSON.stringify({ ...labels, ...metadata }))
    const streams = [...byStream].map(([labels, those]) => ({
      stream: JSON.parse(labels) as unknown,
      values: those.map(({ timestamp_ns, line }) => [timestamp_ns, line]),
    }))
    socket.send(JSON.stringify({ streams, dropped_entries: missed.length > 0 ? missed : null }))
    missed = []
  }
}
