import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { after } from 'node:test'
import { AppError } from '../../src/kernel/errors.ts'
import {
  decodeLogs,
  decodeMetrics,
  defaultCaps,
  LabelSets,
  otlpReply,
  type BodyHead,
} from '../../src/platform/telemetry/ingest/index.ts'
import type { LogStream } from '../../src/platform/telemetry/logs/logs.ts'
import type { MetricMetadata, Rejection, Series } from '../../src/platform/telemetry/metrics/metrics.ts'

/** Where clients send to, and what came. */
export interface Receiver {
  url: string
  /** What every request has to carry, for servers that ask who one is. */
  headers: Record<string, string>
  streams: LogStream[]
  series: Series[]
  metadata: MetricMetadata[]
  rejected: Rejection[]
  /** Content types, and whether they were compressed, as they were sent. */
  seen: Set<string>
}

/** Decodes what comes to the usual paths and keeps it; ends with the test. */
export async function receiver(): Promise<Receiver> {
  const known = new LabelSets()
  const received: Omit<Receiver, 'url' | 'headers'> = {
    streams: [],
    series: [],
    metadata: [],
    rejected: [],
    seen: new Set(),
  }

  async function take(
    path: string,
    request: IncomingMessage,
  ): Promise<{ status: number; contentType?: string; body?: Buffer }> {
    const head: BodyHead = {
      contentType: request.headers['content-type'],
      contentEncoding: request.headers['content-encoding'],
      receivedMs: Date.now(),
      service: path.slice('/logs/'.length),
    }
    received.seen.add(`${head.contentType} ${head.contentEncoding ?? ''}`.trim())
    const body = await buffer(request)
    if (path === '/prometheus/api/v1/write' || path === '/otlp/v1/metrics') {
      const format = path.startsWith('/otlp') ? 'otlp' : 'remote_write'
      const { series, metadata, rejected } = await decodeMetrics(format, body, head, defaultCaps, known)
      received.series.push(...series)
      received.metadata.push(...(metadata ?? []))
      received.rejected.push(...rejected)
      return format === 'otlp' ? { status: 200, ...otlpReply('metrics', head.contentType, rejected) } : { status: 204 }
    }
    const format = path.startsWith('/otlp') ? 'otlp' : path.startsWith('/loki') ? 'loki' : 'lines'
    const { streams, rejected } = await decodeLogs(format, body, head, defaultCaps)
    received.streams.push(...streams)
    received.rejected.push(...rejected)
    return format === 'otlp' ? { status: 200, ...otlpReply('logs', head.contentType, rejected) } : { status: 204 }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { status, contentType, body } = await take(request.url ?? '', request)
      response.writeHead(status, contentType ? { 'content-type': contentType } : {}).end(body)
    } catch (error) {
      response.writeHead(error instanceof AppError ? error.status : 500).end(String(error))
    }
  }

  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port')
  return { url: `http://127.0.0.1:${address.port}`, headers: {}, ...received }
}
