import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { defaultCaps, type IngestCaps } from './caps.ts'
import { decodeLokiPush } from './lokiPush.ts'
import { head, receivedMs, refused, snappyOf } from './testing.ts'

const seconds = Math.floor(receivedMs / 1000)
const ns = BigInt(receivedMs) * 1_000_000n
const snappyHead = head('application/x-protobuf')

const entry = (line: string, more: object = {}) => ({ timestamp: { seconds, nanos: 7 }, line, ...more })

const push = (streams: object[], caps: Partial<IngestCaps> = {}) =>
  decodeLokiPush(snappyOf('logproto.PushRequest', { streams }), snappyHead, { ...defaultCaps, ...caps })

const json = (body: unknown, caps: Partial<IngestCaps> = {}) =>
  decodeLokiPush(Buffer.from(JSON.stringify(body)), head('application/json; charset=utf-8'), {
    ...defaultCaps,
    ...caps,
  })

describe('a push of logs in protobuf', () => {
  it('becomes streams with lines, their time to the nanosecond and their metadata', async () => {
    const metadata = [{ name: 'trace_id', value: 'abc' }]
    const lines = [entry('one'), entry('zwei ü', { structuredMetadata: metadata })]
    const { streams, rejected } = await push([{ labels: '{job="api", env="p\\"r\\u00f6d"}', entries: lines, hash: 12 }])
    assert.deepEqual(rejected, [])
    assert.deepEqual(streams, [
      {
        labels: { job: 'api', env: 'p"röd' },
        entries: [
          { timestampNs: ns + 7n, line: 'one' },
          { timestampNs: ns + 7n, line: 'zwei ü', metadata: { trace_id: 'abc' } },
        ],
      },
    ])
  })

  it('keeps pieces of one stream together', async () => {
    const piece = (line: string) => ({ labels: '{a="b"}', entries: [entry(line)] })
    const { streams } = await push([piece('1'), piece('2')])
    assert.deepEqual(
      streams.map(({ entries }) => entries.map(({ line }) => line)),
      [['1', '2']],
    )
  })

  it('leaves out what breaks a cap, counts it in the words of Loki, and keeps the rest', async () => {
    const { streams, rejected } = await push(
      [
        { labels: '{a="b"}', entries: [entry('fine'), entry('x'.repeat(11)), entry('ü'.repeat(6))] },
        { labels: '{a="b", c="d", e="f"}', entries: [entry('1'), entry('2')] },
        { labels: '{a="toolong"}', entries: [entry('1')] },
        { labels: '{}', entries: [entry('1')] },
        { labels: '{a="b"', entries: [entry('1')] },
        { labels: '{a="1", a="2"}', entries: [entry('1')] },
        { labels: '{a="c"}', entries: [{ timestamp: { seconds: seconds + 3_601 }, line: 'early' }] },
        {
          labels: '{a="d"}',
          entries: [
            entry('m', { structuredMetadata: Array.from({ length: 4 }, (_, i) => ({ name: `n${i}`, value: 'v' })) }),
          ],
        },
      ],
      { lineBytesMax: 10, labelsPerStreamMax: 2, labelValueBytesMax: 6, metadataEntriesMax: 3 },
    )
    assert.deepEqual(
      streams.map(({ labels, entries }) => [labels, entries.length]),
      [[{ a: 'b' }, 1]],
    )
    assert.deepEqual(
      rejected.map(({ reason, count, example }) => [reason, count, example]),
      [
        [
          'line_too_long',
          2,
          `Max entry size '10' bytes exceeded for stream '{a="b"}' while adding an entry with length '11' bytes`,
        ],
        ['too_many_labels', 3, `entry for stream '{a="b", c="d", e="f"}' has 3 label names; limit 2`],
        ['label_too_long', 1, `stream '{a="toolong"}' has label value too long: 'toolong'`],
        ['invalid_label', 3, 'error at least one label pair is required per stream'],
        ['too_far_in_future', 1, `entry for stream '{a="c"}' has timestamp too new: 2026-06-01T13:00:01.000Z`],
      ],
    )
  })

  it('refuses more lines than a body may have', async () => {
    const lines = Array.from({ length: 11 }, () => entry('x'))
    await assert.rejects(
      push([{ labels: '{a="b"}', entries: lines }], { entriesMax: 10 }),
      refused('PAYLOAD_TOO_LARGE', /more than 10 entries/),
    )
  })

  it('names the byte where the body breaks off', async () => {
    const body = gzipSync(Buffer.from([0x0a, 0x05, 0x0a]))
    await assert.rejects(
      decodeLokiPush(body, head('application/x-protobuf', 'gzip'), defaultCaps),
      refused('MALFORMED_REQUEST', /not a valid logproto\.PushRequest: .* \(at byte 2\)/),
    )
  })
})

describe('a push of logs in JSON', () => {
  it('becomes the same streams', async () => {
    const { streams, rejected } = await json({
      streams: [
        {
          stream: { job: 'api' },
          values: [
            [String(ns), 'one'],
            [String(ns + 1n), 'two', { user: 'ann', n: 5 }],
          ],
        },
        { labels: '{old="yes"}', entries: [{ ts: '2026-06-01T12:00:00.000000009Z', line: 'three' }] },
      ],
    })
    assert.deepEqual(rejected, [])
    assert.deepEqual(streams, [
      {
        labels: { job: 'api' },
        entries: [
          { timestampNs: ns, line: 'one' },
          { timestampNs: ns + 1n, line: 'two', metadata: { user: 'ann', n: '5' } },
        ],
      },
      { labels: { old: 'yes' }, entries: [{ timestampNs: ns + 9n, line: 'three' }] },
    ])
  })

  it('may be compressed', async () => {
    const body = gzipSync(JSON.stringify({ streams: [{ stream: { a: 'b' }, values: [[String(ns), 'x']] }] }))
    const { streams } = await decodeLokiPush(body, head('application/json', 'gzip'), defaultCaps)
    assert.equal(streams[0]?.entries[0]?.line, 'x')
  })

  it('keeps labels apart that only look alike', async () => {
    const names = ['__proto__', 'constructor', 'toString']
    const body = `{"streams":[${names.map((name) => `{"stream":{"${name}":"x"},"values":[["${ns}","l"]]}`).join(',')}]}`
    const { streams } = await decodeLokiPush(Buffer.from(body), head('application/json'), defaultCaps)
    assert.deepEqual(
      streams.map(({ labels }) => Object.keys(labels)),
      names.map((name) => [name]),
    )
  })

  const wrong: [body: unknown, message: RegExp][] = [
    [[], /streams is not a list/],
    [{ streams: [5] }, /streams\[0\] is not an object/],
    [{ streams: [{ stream: { a: 5 }, values: [] }] }, /streams\[0\]\.stream has a value that is not text/],
    [{ streams: [{ stream: { a: 'b' }, values: [[5, 'x']] }] }, /streams\[0\]\.values\[0\]\[0\] is not a time/],
    [{ streams: [{ stream: { a: 'b' }, values: [['5', 5]] }] }, /streams\[0\]\.values\[0\]\[1\] is not text/],
  ]
  for (const [body, message] of wrong)
    it(`is refused where ${message.source}`, () => assert.rejects(json(body), refused('MALFORMED_REQUEST', message)))

  it('is refused when it nests too deeply, without running out of stack', async () => {
    const body = Buffer.from('{"streams":'.concat('['.repeat(1_000_000)))
    await assert.rejects(
      decodeLokiPush(body, head('application/json'), defaultCaps),
      refused('MALFORMED_REQUEST', /nests deeper than 64/),
    )
  })
})
