import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { AppError } from '#kernel/errors.ts'
import { decodeMetrics, defaultCaps, LabelSets } from '#platform/telemetry/ingest/index.ts'
import { openEmbeddedMetrics } from '#platform/telemetry/metrics/embedded/index.ts'
import { prometheusData } from '#platform/telemetry/metrics/wire.ts'

/** Remote write and queries over the embedded store, with nothing around: no users, no threads. `embedded.ts DIR PORT` */
const [dir = '', port = ''] = process.argv.slice(2)
const store = await openEmbeddedMetrics({ dir, now: Date.now, retentionMs: 30 * 86_400_000, bytesMax: 2 ** 40 })
const known = new LabelSets()

async function write(request: IncomingMessage): Promise<void> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const head = {
    contentType: request.headers['content-type'],
    contentEncoding: request.headers['content-encoding'],
    receivedMs: Date.now(),
  }
  const decoded = await decodeMetrics('remote_write', Buffer.concat(parts), head, defaultCaps, known)
  const { rejected } = await store.append(decoded)
  if (rejected.length > 0) throw new Error(JSON.stringify(rejected))
}

const ms = (text: string | null): number => Number(text) * 1_000

async function answer(request: IncomingMessage): Promise<string> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  if (pathname === '/ready') return 'ready'
  if (pathname === '/api/v1/write') {
    await write(request)
    return ''
  }
  const expression = searchParams.get('query') ?? ''
  const result = pathname.endsWith('query_range')
    ? await store.range(expression, {
        fromMs: ms(searchParams.get('start')),
        toMs: ms(searchParams.get('end')),
        stepMs: ms(searchParams.get('step')),
      })
    : await store.instant(expression, ms(searchParams.get('time')))
  return `{"status":"success","data":${prometheusData(result.value)}}`
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const body = await answer(request)
    response.writeHead(body === '' ? 204 : 200, { 'content-type': 'application/json' }).end(body)
  } catch (error) {
    response.writeHead(error instanceof AppError ? error.status : 500).end(String(error))
  }
}

createServer((request, response) => void serve(request, response)).listen(Number(port), '127.0.0.1')
