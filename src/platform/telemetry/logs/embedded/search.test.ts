import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { until } from '../../../../../test/support/until.ts'
import { severities, type LinePredicate, type LogRow } from '../logs.ts'
import { openEmbeddedLogs, type EmbeddedLogsOptions } from './index.ts'

const nowMs = Date.UTC(2026, 10, 22, 12)
const ns = (ms: number): bigint => BigInt(ms) * 1_000_000n
const sizes = { blockLines: 64, frameBytes: 1_000 }
const everything = { fromNs: 0n, toNs: ns(nowMs * 2), direction: 'backward' } as const

async function open(more: Partial<EmbeddedLogsOptions> = {}) {
  const options = { now: () => nowMs, retentionMs: 7 * 86_400_000, bytesMax: 1e9, ...sizes, ...more }
  const store = await openEmbeddedLogs({ dir: temporaryFolder(), ...options })
  after(() => store.close())
  return store
}

/** The same numbers in every run. */
function dice(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return (state >>> 8) % limit
  }
}

interface Known {
  timestampNs: bigint
  line: string
  severity: number
  service: string
}

const words = ['alpha', 'Beta', 'GAMMA', 'delta_x', 'user=7', 'x7f3a', 'Straße', 'a.b', '世界', '12', '1.5', '\n']

describe('against a plain list of the same lines', () => {
  for (const seed of [1, 2, 3, 4]) {
    test(`random lines, questions and pages (${seed})`, async () => {
      const below = dice(seed)
      const store = await open({ headLines: 300 })
      const known: Known[] = []
      for (let batch = 0; batch < 60; batch++) {
        const service = `s${below(5)}`
        const entries = Array.from({ length: 1 + below(30) }, () => ({
          // Few different times, two days, any order.
          timestampNs: ns(nowMs - below(2) * 86_400_000 - below(40) * 1_000) + BigInt(below(3)),
          line: Array.from({ length: 1 + below(6) }, () => words[below(words.length)]).join([' ', '-', ''][below(3)]),
          severity: below(severities.length),
        }))
        const distinct = entries.filter(
          (one, at) =>
            entries.findIndex((other) => other.line === one.line && other.timestampNs === one.timestampNs) === at,
        )
        await store.append({ streams: [{ labels: { service_name: service }, entries: distinct }] })
        known.push(...distinct.map((entry) => ({ ...entry, service })))
        if (below(12) === 0) await store.seal()
      }
      for (let question = 0; question < 150; question++) {
        const where = predicate(below, 0)
        const fromNs = below(2) === 0 ? 0n : ns(nowMs - below(90_000_000))
        const toNs = below(2) === 0 ? ns(nowMs * 2) : ns(nowMs - below(40_000))
        const direction = below(2) === 0 ? 'backward' : 'forward'
        const offset = below(4) === 0 ? below(50) : 0
        const limit = 1 + below(60)
        const all = known
          .filter((line) => line.timestampNs >= fromNs && line.timestampNs < toNs && fulfils(line, where))
          .toSorted((a, b) => (a.timestampNs < b.timestampNs ? -1 : a.timestampNs > b.timestampNs ? 1 : 0))
        if (direction === 'backward') all.reverse()
        const page = await store.search({ where, fromNs, toNs, direction, offset, limit, countMax: 1e6 })
        const plain = (rows: Known[]) =>
          rows.map(({ timestampNs, line, service, severity }) => ({ timestampNs, line, service, severity }))
        assert.deepEqual(plain(page.rows), plain(all.slice(offset, offset + limit)), JSON.stringify(where))
        assert.deepEqual(page.total, { count: all.length, exact: true }, JSON.stringify(where))
        assert.equal(page.hasMore, all.length > offset + limit)
        if (toNs <= fromNs) continue
        const { counts } = await store.histogram({ where, fromNs, toNs, buckets: 1 + below(300) })
        for (const [severity, name] of severities.entries()) {
          const counted = (counts[name] ?? []).reduce((sum, count) => sum + count, 0)
          assert.equal(counted, all.filter((line) => line.severity === severity).length, JSON.stringify(where))
        }
      }
    })
  }
})

function predicate(below: (limit: number) => number, depth: number): LinePredicate {
  const kind = below(depth < 3 ? 8 : 5)
  const text = words[below(words.length)]!.slice(below(2), 1 + below(8)) || 'a'
  if (kind === 0) return { op: 'severity', in: [below(7), below(7)] }
  if (kind === 1) return { op: 'service', in: [`s${below(6)}`] }
  if (kind === 2) return { op: 'matches', pattern: ['[aA]lpha.*B', '(?i)gamma', '\\d\\.\\d', '^x7'][below(4)]! }
  if (kind <= 4) return { op: 'contains', text, caseSensitive: below(2) === 0, word: below(3) === 0 }
  if (kind === 5) return { op: 'not', of: predicate(below, depth + 1) }
  const of = Array.from({ length: 1 + below(3) }, () => predicate(below, depth + 1))
  return { op: kind === 6 ? 'and' : 'or', of }
}

function fulfils(line: Known, where: LinePredicate): boolean {
  switch (where.op) {
    case 'and':
      return where.of.every((part) => fulfils(line, part))
    case 'or':
      return where.of.some((part) => fulfils(line, part))
    case 'not':
      return !fulfils(line, where.of)
    case 'severity':
      return where.in.includes(line.severity)
    case 'service':
      return where.in.includes(line.service)
    case 'matches':
      return new RegExp(where.pattern.replace('(?i)', ''), where.pattern.startsWith('(?i)') ? 'i' : '').test(line.line)
    case 'contains': {
      const text = RegExp.escape(where.text)
      const pattern = where.word ? `(?<![\\w\\u0080-\\u{10ffff}])${text}(?![\\w\\u0080-\\u{10ffff}])` : text
      const foldAscii = (of: string): string => of.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
      return where.caseSensitive
        ? new RegExp(pattern, 'u').test(line.line)
        : new RegExp(
            where.word
              ? `(?<![\\w\\u0080-\\u{10ffff}])${RegExp.escape(foldAscii(where.text))}(?![\\w\\u0080-\\u{10ffff}])`
              : RegExp.escape(foldAscii(where.text)),
            'u',
          ).test(foldAscii(line.line))
    }
    case 'field':
      throw new Error('not asked here')
  }
}

test('a search while lines are sealed sees each line once', async () => {
  const store = await open()
  const entries = Array.from({ length: 3_000 }, (_, index) => ({
    timestampNs: ns(nowMs - 3_000 + index),
    line: `line ${index}`,
  }))
  await store.append({ streams: [{ labels: { service_name: 'api' }, entries }] })
  let isSealed = false
  const sealing = store.seal().then(() => void (isSealed = true))
  let searches = 0
  do {
    const page = await store.search({
      ...everything,
      limit: 10,
      countMax: 1e6,
      where: { op: 'contains', text: 'line' },
    })
    assert.deepEqual(page.total, { count: 3_000, exact: true })
    searches++
    await new Promise(setImmediate)
  } while (!isSealed)
  await sealing
  assert.ok(searches > 1)
})

test('pages stay as they are while new lines come and heads are sealed', async () => {
  const store = await open()
  const append = (from: number, count: number) =>
    store.append({
      streams: [0, 1, 2].map((stream) => ({
        labels: { service_name: 'api', stream: String(stream) },
        entries: Array.from({ length: count }, (_, index) => ({
          timestampNs: ns(nowMs - 100_000 + Math.floor((from + index) / 50)),
          line: `line ${from + index} of ${stream}`,
        })),
      })),
    })
  await append(0, 500)
  const first = await store.search({ ...everything, toNs: ns(nowMs), limit: 2_000 })
  const seen: LogRow[] = []
  for (let offset = 0; offset < 1_500; offset += 100) {
    seen.push(...(await store.search({ ...everything, toNs: ns(nowMs), offset, limit: 100 })).rows)
    await store.append({
      streams: [
        { labels: { service_name: 'api' }, entries: [{ timestampNs: ns(nowMs + 1) + BigInt(offset), line: 'new' }] },
      ],
    })
    if (offset % 300 === 0) await store.seal()
  }
  assert.deepEqual(
    seen.map(({ id }) => id),
    first.rows.map(({ id }) => id),
  )
})

describe('bounds', () => {
  const filled = async () => {
    const store = await open({ blockLines: 512, frameBytes: 16_000 })
    for (let batch = 0; batch < 10; batch++) {
      const entries = Array.from({ length: 2_000 }, (_, index) => ({
        timestampNs: ns(nowMs - 100_000) + BigInt(batch * 2_000 + index),
        line: `line ${batch * 2_000 + index} ${'filler '.repeat(20)}`,
      }))
      await store.append({ streams: [{ labels: { service_name: 'api' }, entries }] })
    }
    await store.seal()
    return store
  }
  /** More than a word, so that lines have to be read to be counted. */
  const where = { op: 'contains', text: 'filler filler' } as const

  test('a search that may read so many bytes gives what it has, and names the limit', async () => {
    const store = await filled()
    const page = await store.search(
      { ...everything, where, limit: 10, countMax: 1e6 },
      { limits: { bytesMax: 200_000 } },
    )
    assert.equal(page.rows.length, 10)
    assert.equal(page.stoppedBy, 'bytesMax')
    assert.equal(page.total!.exact, false)
    assert.ok(page.total!.count < 20_000)
    assert.ok(page.stats.bytes < 400_000, String(page.stats.bytes))
  })

  test('a search that may take so long ends', async () => {
    const store = await filled()
    const slow = { op: 'matches', pattern: '[a-z]+ [0-9]+ .*[0-9]$' } as const
    const page = await store.search({ ...everything, where: slow, limit: 10 }, { limits: { timeoutMs: 30 } })
    assert.equal(page.stoppedBy, 'timeoutMs')
    assert.ok(page.stats.tookMs < 1_000)
  })

  test('a histogram is not given by halves', async () => {
    const store = await filled()
    await assert.rejects(
      store.histogram(
        { ...everything, fromNs: ns(nowMs - 200_000), toNs: ns(nowMs), where, buckets: 10 },
        { limits: { bytesMax: 200_000 } },
      ),
      {
        code: 'VALIDATION_FAILED',
        details: { limit: 'bytes_max', value: 200_000 },
      },
    )
  })

  test('a caller who leaves ends the search, and others come in between', async () => {
    const store = await filled()
    const slow = { op: 'matches', pattern: '[a-z]+ [0-9]+ .*[0-9]$' } as const
    const controller = new AbortController()
    const search = store.search({ ...everything, where: slow, limit: 10 }, { signal: controller.signal })
    let turns = 0
    const count = (): void => {
      turns++
      if (turns === 3) controller.abort()
      else setImmediate(count)
    }
    setImmediate(count)
    await assert.rejects(search, { name: 'AbortError' })
    assert.equal(turns, 3)
  })
})

test('a watcher who cannot follow is told how many lines were left out', async () => {
  const store = await open()
  let rows = 0
  let dropped = 0
  const portions: number[] = []
  const stop = store.tail(
    {},
    {
      onRows: (more, left) => {
        portions.push(more.length)
        rows += more.length
        dropped += left
      },
    },
  )
  const entries = Array.from({ length: 5_000 }, (_, index) => ({
    timestampNs: ns(nowMs) + BigInt(index),
    line: `line ${index}`,
  }))
  await store.append({ streams: [{ labels: { service_name: 'api' }, entries }] })
  await until('all counted', () => rows + dropped === 5_000)
  assert.ok(rows >= 2_000)
  assert.ok(Math.max(...portions) <= 300)
  stop()
})

test('10,000 services with a line now and then share blocks', async () => {
  const store = await open({ blockLines: 8_192, frameBytes: 65_536 })
  const streams = Array.from({ length: 10_000 }, (_, index) => ({
    labels: { service_name: `service-${index}` },
    entries: [{ timestampNs: ns(nowMs), line: `hello from ${index}` }],
  }))
  await store.append({ streams })
  await store.seal()
  const { chunks, streams: count } = await store.stats({ fromNs: 0n, toNs: ns(nowMs * 2) })
  assert.deepEqual({ chunks, count }, { chunks: 2, count: 10_000 })
  const page = await store.search({ ...everything, where: { op: 'service', in: ['service-777'] }, limit: 5 })
  assert.deepEqual(
    page.rows.map(({ line }) => line),
    ['hello from 777'],
  )
  assert.equal(page.stats.blocksSkipped, 1)
})

test('several common words, and a common word with a level, are counted without reading lines', async () => {
  const store = await open({ blockLines: 8_192, frameBytes: 65_536 })
  const ways = ['GET users in time', 'POST users timeout', 'GET database timeout', 'POST database in time']
  const entries = Array.from({ length: 4_000 }, (_, index) => ({
    timestampNs: ns(nowMs) + BigInt(index),
    line: `${ways[index % 4]} ${index}`,
    severity: index % 7 === 0 ? 5 : 3,
  }))
  await store.append({ streams: [{ labels: { service_name: 'api' }, entries }] })
  await store.seal()
  const both = ['timeout', 'database'].map((text): LinePredicate => ({ op: 'contains', text }))
  const asked: [LinePredicate, (index: number) => boolean][] = [
    [{ op: 'and', of: both }, (index) => index % 4 === 2],
    [{ op: 'or', of: both }, (index) => index % 4 !== 0],
    [{ op: 'and', of: [both[0]!, { op: 'not', of: both[1]! }] }, (index) => index % 4 === 1],
    [
      { op: 'and', of: [both[0]!, { op: 'severity', in: [5] }] },
      (index) => [1, 2].includes(index % 4) && index % 7 === 0,
    ],
  ]
  for (const [where, isWanted] of asked) {
    const page = await store.search({ ...everything, where, limit: 1, countMax: 1e6 })
    const count = [...entries.keys()].filter(isWanted).length
    assert.deepEqual(page.total, { count, exact: true }, JSON.stringify(where))
    assert.equal(page.stats.bytes, 0, JSON.stringify(where))
  }
})
