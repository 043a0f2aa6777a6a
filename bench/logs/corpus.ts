import { closeSync, openSync, writeSync } from 'node:fs'
import protobuf from 'protobufjs'
import { compressSync } from 'snappy'

/** Marks that are looked for: their lines are spread over the whole day. */
export const marks = {
  /** A whole word that one line has. */
  id: 'c0ffee00c0ffee00c0ffee00c0ffee00',
  /** Part of a word that some lines have. */
  rareSubstring: 'eadlock detec',
  commonWord: 'completed',
  service: 'billing',
} as const

export const batchLines = 1_000
export const dayMs = 86_400_000
/** The corpus covers this day, unless another is asked for. */
export const startMs = Date.UTC(2026, 10, 21)

const weights = {
  gateway: 30,
  api: 20,
  nginx: 15,
  inference: 12,
  auth: 6,
  postgres: 6,
  scheduler: 4,
  worker: 3,
  ingest: 2,
  billing: 1,
  agent: 0.7,
  cache: 0.3,
}
type Service = keyof typeof weights

export interface Line {
  timestampNs: bigint
  service: Service
  level: string
  line: string
}

/** The same numbers in every run. */
class Dice {
  #state = 20_261_122

  next(): number {
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    return (this.#state >>> 0) / 4_294_967_296
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit)
  }

  hex(digits: number): string {
    let text = ''
    while (text.length < digits)
      text += Math.floor(this.next() * 4_294_967_296)
        .toString(16)
        .padStart(8, '0')
    return text.slice(0, digits)
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!
  }

  weighted<T extends string>(choices: Record<T, number>): T {
    let rest = this.next() * 100
    for (const [choice, weight] of Object.entries(choices) as [T, number][]) if ((rest -= weight) < 0) return choice
    return Object.keys(choices)[0] as T
  }
}

const paths = [
  '/api/v1/users',
  '/api/v1/containers',
  '/v1/chat/completions',
  '/v1/embeddings',
  '/health',
  '/api/v1/query',
]
const methods = ['GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE']
const agents = ['Mozilla/5.0 (X11; Linux x86_64)', 'curl/8.5.0', 'python-requests/2.32.3', 'Go-http-client/2.0']

/** Lines as such services write them: JSON, access logs, logfmt, plain text; about 200 bytes each. */
export function* corpus(lines: number, fromMs = startMs): Generator<Line> {
  const dice = new Dice()
  const stepMs = dayMs / lines
  const idAt = Math.floor(lines / 3)
  for (let index = 0; index < lines; index++) {
    const ms = fromMs + index * stepMs
    const timestampNs = BigInt(Math.floor(ms)) * 1_000_000n + BigInt(dice.below(1_000_000))
    const service = index === idAt ? 'gateway' : dice.weighted(weights)
    const level = dice.weighted({ error: 0.4, warn: 1.6, info: 78, debug: 20 })
    const id = index === idAt ? marks.id : dice.hex(32)
    yield { timestampNs, service, level, line: lineOf(dice, service, level, id, new Date(ms).toISOString()) }
  }
}

function lineOf(dice: Dice, service: Service, level: string, id: string, time: string): string {
  switch (service) {
    case 'gateway':
    case 'auth':
    case 'billing':
      return JSON.stringify({
        level,
        time,
        request_id: id,
        method: dice.of(methods),
        path: `${dice.of(paths)}/${dice.below(100_000)}`,
        status: level === 'error' ? 500 : dice.of([200, 200, 200, 201, 204, 304, 404]),
        duration_ms: Math.floor(dice.next() * dice.next() * 3_000),
        user_id: dice.below(5_000),
        msg: level === 'error' ? 'upstream connection reset by peer' : 'request completed',
      })
    case 'nginx':
      return `10.${dice.below(4)}.${dice.below(256)}.${dice.below(256)} - - [${time}] "${dice.of(methods)} ${dice.of(paths)}/${dice.below(100_000)} HTTP/1.1" ${dice.of([200, 200, 200, 404, 304])} ${dice.below(50_000)} "-" "${dice.of(agents)}" rt=${(dice.next() * 2).toFixed(3)} upstream=10.0.0.${dice.below(20)}:8080 id=${id.slice(0, 16)}`
    case 'postgres': {
      const rare = level === 'error' && dice.below(20) === 0
      const what = rare ? 'ERROR:  deadlock detected' : `LOG:  duration: ${(dice.next() * 500).toFixed(3)} ms`
      return `${time} [${dice.below(30_000)}] ${what}  statement: SELECT id, name, email, created_at FROM users WHERE tenant_id = ${dice.below(1_000)} AND status = 'active' ORDER BY created_at DESC LIMIT 50`
    }
    case 'inference':
      return `ts=${time} level=${level} logger=engine.scheduler model=llama-3-${dice.of(['8b', '70b'])} request=${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 24)} tokens_in=${dice.below(4_000)} tokens_out=${dice.below(900)} gpu=${dice.below(8)} kv_cache=${(dice.next() * 100).toFixed(1)}% msg="${level === 'error' ? 'CUDA out of memory while allocating tensor' : 'batch step finished'}"`
    default:
      return `${time} ${level.toUpperCase()} [${dice.of(['main', 'pool-1', 'pool-2', 'io-3'])}] com.example.${service}.Worker - processed job ${id.slice(0, 12)} for tenant ${dice.below(1_000)} in ${dice.below(800)} ms, queue depth ${dice.below(60)}, retries ${dice.below(3)}, checksum ${id.slice(12, 28)} source=s3://bucket-${dice.below(40)}/part-${dice.below(9_999)}`
  }
}

/** Writes bodies as Promtail pushes them, each behind its length, and the bare lines; returns the lines' bytes. */
export function writeCorpus(lines: number, bodiesPath: string, textPath: string, fromMs = startMs): number {
  const bodies = openSync(bodiesPath, 'w')
  const text = openSync(textPath, 'w')
  let bytes = 0
  let batch: Line[] = []
  const write = (): void => {
    const body = pushBody(batch)
    const length = Buffer.alloc(4)
    length.writeUInt32LE(body.length)
    writeSync(bodies, Buffer.concat([length, body]))
    bytes += writeSync(text, Buffer.from(batch.map(({ line }) => `${line}\n`).join('')))
    batch = []
  }
  for (const line of corpus(lines, fromMs)) if (batch.push(line) === batchLines) write()
  if (batch.length > 0) write()
  closeSync(bodies)
  closeSync(text)
  return bytes
}

function pushBody(lines: Line[]): Buffer {
  const writer = protobuf.Writer.create()
  for (const [service, entries] of Map.groupBy(lines, ({ service }) => service)) {
    writer.uint32(0x0a).fork()
    writer.uint32(0x0a).string(`{service_name="${service}", env="prod", host="node-1"}`)
    for (const { timestampNs, line } of entries) {
      writer.uint32(0x12).fork()
      writer.uint32(0x0a).fork()
      writer.uint32(0x08).int64(Number(timestampNs / 1_000_000_000n))
      writer.uint32(0x10).int32(Number(timestampNs % 1_000_000_000n))
      writer.ldelim()
      writer.uint32(0x12).string(line)
      writer.ldelim()
    }
    writer.ldelim()
  }
  return compressSync(Buffer.from(writer.finish()))
}
