import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { defaultCaps, type IngestCaps } from './caps.ts'
import { decodeJsonLines } from './jsonLines.ts'
import { receivedMs, refused } from './testing.ts'
import { lineTimeNs } from './values.ts'

const ns = BigInt(receivedMs) * 1_000_000n

const decode = (body: string, contentType = 'application/x-ndjson', caps: Partial<IngestCaps> = {}) =>
  decodeJsonLines(
    Buffer.from(body),
    { contentType, contentEncoding: undefined, receivedMs, service: 'api' },
    { ...defaultCaps, ...caps },
  )

describe('JSON lines of a service', () => {
  it('give time, message, level and the rest', async () => {
    const body = [
      JSON.stringify({ time: receivedMs, level: 50, msg: 'pino', pid: 1, req: { id: 'r1' }, nothing: null }),
      '',
      JSON.stringify({ '@timestamp': '2026-06-01T14:00:00.123456789+02:00', message: 'ecs', severity: 'Warning' }),
      `{"ts":${ns + 123n},"log":"exact","level":"?"}\r`,
      JSON.stringify({ event: 'no message', time: 'whenever' }),
    ].join('\n')
    const { streams, rejected } = await decode(body)
    assert.deepEqual(rejected, [])
    assert.deepEqual(streams, [
      {
        labels: { service_name: 'api' },
        entries: [
          { timestampNs: ns, line: 'pino', metadata: { level: '50', pid: '1', req: '{"id":"r1"}' }, severity: 5 },
          { timestampNs: ns + 123_456_789n, line: 'ecs', metadata: { severity: 'Warning' }, severity: 4 },
          { timestampNs: ns + 123n, line: 'exact', metadata: { level: '?' } },
          { timestampNs: ns + 4n, line: '{"event":"no message","time":"whenever"}', metadata: {} },
        ],
      },
    ])
  })

  it('may come as one list', async () => {
    const { streams, rejected } = await decode(' [{"msg":"a"}, "b", 5]', 'application/json')
    assert.deepEqual(
      streams[0]?.entries.map(({ line }) => line),
      ['a', 'b'],
    )
    assert.deepEqual(rejected, [
      { reason: 'invalid_line', count: 1, example: 'line 3 is neither an object nor text: 5' },
    ])
  })

  it('may come as one object over several lines', async () => {
    const { streams } = await decode('{\n "msg": "a",\n "n": 1\n}\n', 'application/json')
    assert.deepEqual(
      streams[0]?.entries.map(({ line, metadata }) => [line, metadata]),
      [['a', { n: '1' }]],
    )
  })

  it('are several lines where several are the same', async () => {
    const { streams } = await decode('again\nagain\n', 'text/plain')
    assert.deepEqual(
      streams[0]?.entries.map(({ timestampNs }) => timestampNs),
      [ns, ns + 1n],
    )
  })

  it('are text where nothing else was promised', async () => {
    const lines = ['plain', '{broken', '{"msg":"json"}']
    const untyped = await decode(lines.join('\n'), '')
    assert.deepEqual(
      untyped.streams[0]?.entries.map(({ line }) => line),
      ['plain', '{broken', 'json'],
    )
    const text = await decode(lines.join('\n'), 'text/plain; charset=utf-8')
    assert.deepEqual(
      text.streams[0]?.entries.map(({ line }) => line),
      lines,
    )
  })

  it('are counted with their number when they were to be JSON and are not', async () => {
    const { streams, rejected } = await decode('{"msg":"a"}\nplain\n{"msg":')
    assert.equal(streams[0]?.entries.length, 1)
    assert.deepEqual(rejected, [{ reason: 'invalid_line', count: 2, example: 'line 2 is not a JSON object: plain' }])
  })

  it('keep to the caps', async () => {
    const { streams, rejected } = await decode(`{"msg":"${'x'.repeat(50)}"}\n{"msg":"a"}`, 'application/x-ndjson', {
      lineBytesMax: 40,
    })
    assert.equal(streams[0]?.entries.length, 1)
    assert.deepEqual(
      rejected.map(({ reason, count }) => [reason, count]),
      [['line_too_long', 1]],
    )
    const many = decode('a\n'.repeat(11), 'text/plain', { entriesMax: 10 })
    await assert.rejects(many, refused('PAYLOAD_TOO_LARGE', /more than 10 entries/))
  })

  it('say where a list breaks off', () =>
    assert.rejects(
      decode('[{"msg":"a"},}', 'application/json'),
      refused('MALFORMED_REQUEST', /not valid JSON: Unexpected token '\}'/),
    ))
})

describe('a time as programs write it', () => {
  const seconds = BigInt(receivedMs / 1000)
  const times: [value: unknown, expected: bigint | undefined][] = [
    [receivedMs / 1000, seconds * 1_000_000_000n],
    [receivedMs / 1000 + 0.5, seconds * 1_000_000_000n + 500_000_000n],
    [receivedMs, ns],
    [receivedMs * 1000, ns],
    [String(ns + 1n), ns + 1n],
    [`${seconds}.000000001`, ns + 1n],
    ['2026-06-01T12:00:00Z', ns],
    ['2026-06-01 12:00:00', ns],
    ['2026-06-01T12:00:00,5', ns + 500_000_000n],
    ['2026-06-01T14:30:00+0230', ns],
    ['2026-06-01', ns - 43_200_000_000_000n],
    ['2026-13-01T12:00:00Z', undefined],
    ['soon', undefined],
    [-5, undefined],
    [Number.NaN, undefined],
    [null, undefined],
  ]
  for (const [value, expected] of times)
    it(`reads ${JSON.stringify(value)}`, () => assert.equal(lineTimeNs(value), expected))
})
