import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { until } from '../../../../test/support/until.ts'
import type { Labels } from '../labels.ts'
import { severities, type LinePredicate, type LogEntry, type LogRow, type LogSearch, type LogStore } from './logs.ts'

const secondNs = 1_000_000_000n

export interface OpenedLogs {
  store: LogStore
  /** Around this time the lines of the suite are written, ms since 1970. */
  nowMs: number
}

/**
 * `batch_ids`: knows a batch that comes again. `duplicates`: counts lines that come twice. `tail`: tells of new lines.
 * `exact_stats`: says how much there is of a span, and not of all that lies around it.
 */
export type Ability = 'batch_ids' | 'duplicates' | 'tail' | 'exact_stats'

/** What every store of logs does; `open` gives one without lines. */
export function logsConformance(
  name: string,
  open: () => Promise<OpenedLogs>,
  /** What an engine lacks; what needs it is no part of the suite then. */
  lacks: readonly Ability[] = [],
): void {
  const testOf = (ability: Ability, title: string, work: () => Promise<void>): void => {
    if (!lacks.includes(ability)) test(title, work)
  }

  describe(`logs: ${name}`, () => {
    const opened = async (): Promise<Fixture> => {
      const fixture = new Fixture(await open())
      after(() => fixture.store.close())
      return fixture
    }

    test('gives back what was stored: line, time to the ns, labels, service, severity, metadata', async () => {
      const logs = await opened()
      const labels = { service_name: 'api', env: 'prod' }
      const line = 'Grüße, 世界 "quoted"\tand a tab'
      const entry = { timestampNs: logs.at(0) + 123_456_789n, line, severity: 5, metadata: { trace_id: 'abc' } }
      assert.deepEqual(await logs.append(labels, [entry]), { stored: 1, duplicates: 0, rejected: [] })
      const [row] = await logs.rows({})
      assert.ok(row)
      const { id, ...rest } = row
      assert.deepEqual(rest, { ...entry, labels, service: 'api' })
      assert.match(id, /^\d+\.[0-9a-f]{8}$/)
      assert.ok(id.startsWith(`${entry.timestampNs}.`))
    })

    test('keeps lines with line feeds and empty lines as they are', async () => {
      const logs = await opened()
      const lines = ['Error: no\n  at first\n  at second', '', '\n', 'last']
      await logs.append({ service_name: 'api' }, logs.lines(lines))
      assert.deepEqual(
        (await logs.rows({ direction: 'forward' })).map(({ line }) => line),
        lines,
      )
    })

    test('finds the severity of lines that come without one', async () => {
      const logs = await opened()
      const lines = ['{"level":"error","msg":"no"}', 'level=warn msg=x', '2026-11-22 INFO started', 'nothing said']
      await logs.append({ service_name: 'api' }, logs.lines(lines))
      const rows = await logs.rows({ direction: 'forward' })
      assert.deepEqual(
        rows.map(({ severity }) => severities[severity]),
        ['error', 'warn', 'info', 'unknown'],
      )
    })

    test('orders by time in both directions, wherever and whenever lines came', async () => {
      const logs = await opened()
      for (const seconds of [30, 10, 50, 20, 40]) {
        await logs.append({ service_name: `s${seconds % 20}` }, [
          { timestampNs: logs.at(seconds), line: `at ${seconds}` },
        ])
      }
      const lines = [10, 20, 30, 40, 50].map((seconds) => `at ${seconds}`)
      assert.deepEqual(
        (await logs.rows({ direction: 'forward' })).map(({ line }) => line),
        lines,
      )
      assert.deepEqual(
        (await logs.rows({})).map(({ line }) => line),
        lines.toReversed(),
      )
    })

    test('bounds the time: the beginning inclusive, the end exclusive', async () => {
      const logs = await opened()
      await logs.append({ service_name: 'api' }, logs.lines(['a', 'b', 'c', 'd']))
      const rows = await logs.rows({ fromNs: logs.at(1), toNs: logs.at(3), direction: 'forward' })
      assert.deepEqual(
        rows.map(({ line }) => line),
        ['b', 'c'],
      )
      assert.deepEqual(await logs.rows({ fromNs: logs.at(2), toNs: logs.at(2) }), [])
    })

    test('pages without losing or doubling a line, also among lines of one time', async () => {
      const logs = await opened()
      const lines = Array.from({ length: 57 }, (_, index) => `line ${index}`)
      const entries = lines.map((line, index) => ({ timestampNs: logs.at(Math.floor(index / 20)), line }))
      await logs.append({ service_name: 'api' }, entries)
      const seen: string[] = []
      for (let offset = 0, hasMore = true; hasMore; offset += 10) {
        const page = await logs.search({ offset, limit: 10, countMax: 1_000 })
        assert.deepEqual(page.total, { count: 57, exact: true })
        seen.push(...page.rows.map(({ line }) => line))
        hasMore = page.hasMore
      }
      assert.equal(seen.length, 57)
      assert.deepEqual(new Set(seen), new Set(lines))
    })

    test('counts up to a bound, and says when there are more', async () => {
      const logs = await opened()
      await logs.append({ service_name: 'api' }, logs.lines(Array.from({ length: 30 }, (_, index) => `line ${index}`)))
      const bounded = await logs.search({ limit: 5, countMax: 20 })
      assert.deepEqual(bounded.total, { count: 20, exact: false })
      assert.equal(bounded.hasMore, true)
      assert.deepEqual((await logs.search({ limit: 5, countMax: 30 })).total, { count: 30, exact: true })
      assert.equal((await logs.search({ limit: 5 })).total, null)
    })

    test('selects streams by every kind of matcher', async () => {
      const logs = await opened()
      for (const labels of [
        { service_name: 'api', env: 'prod' },
        { service_name: 'api', env: 'dev' },
        { service_name: 'web' },
      ])
        await logs.append(labels, [{ timestampNs: logs.at(1), line: JSON.stringify(labels) }])
      const matching = async (name: string, op: '=' | '!=' | '=~' | '!~', value: string): Promise<number> =>
        (
          await logs.rows({
            matchers: [
              { name: 'service_name', op: '=~', value: '.+' },
              { name, op, value },
            ],
          })
        ).length
      assert.equal(await matching('env', '=', 'prod'), 1)
      assert.equal(await matching('env', '!=', 'prod'), 2)
      assert.equal(await matching('env', '=', ''), 1)
      assert.equal(await matching('env', '=~', 'pr.d|dev'), 2)
      assert.equal(await matching('env', '!~', 'p.*'), 2)
      assert.equal(await matching('service_name', '=~', 'we'), 0)
    })

    const lines = [
      '{"level":"info","msg":"Request done","status":200,"http":{"path":"/users"},"ms":12.5}',
      '{"level":"error","msg":"request FAILED","status":503,"user":"ann"}',
      'level=warn msg="slow query" status=0404 table=users took=1500',
      'plain text with user ann and (brackets) [x.y]*',
      'ünïcödé ÜBER Straße',
      'annotation of userspace',
    ]
    const cases: [what: string, where: LinePredicate, found: number[]][] = [
      ['text in any case', { op: 'contains', text: 'REQUEST' }, [0, 1]],
      ['text in this case', { op: 'contains', text: 'Request', caseSensitive: true }, [0]],
      ['text that is no expression', { op: 'contains', text: '(brackets) [x.y]*' }, [3]],
      ['text beyond ASCII', { op: 'contains', text: 'ünïcödé üBER straße' }, []],
      ['text beyond ASCII, ASCII in any case', { op: 'contains', text: 'ÜbeR sTraße' }, [4]],
      ['words', { op: 'contains', text: 'ANN', word: true }, [1, 3]],
      ['phrases of whole words', { op: 'contains', text: 'user ann', word: true }, [3]],
      ['nothing', { op: 'contains', text: 'absent' }, []],
      ['everything', { op: 'contains', text: '' }, [0, 1, 2, 3, 4, 5]],
      ['expressions', { op: 'matches', pattern: 'status":\\s*5\\d\\d' }, [1]],
      ['expressions in any case', { op: 'matches', pattern: '(?i)request (done|failed)' }, [0, 1]],
      ['severities', { op: 'severity', in: [4, 5] }, [1, 2]],
      ['services', { op: 'service', in: ['api'] }, [0, 1, 2, 3, 4, 5]],
      ['other services', { op: 'service', in: ['web'] }, []],
      ['fields of JSON', { op: 'field', name: 'user', compare: '=', value: 'ann' }, [1]],
      ['fields within objects', { op: 'field', name: 'http.path', compare: '=', value: '/users' }, [0]],
      ['fields as numbers', { op: 'field', name: 'status', compare: '=', value: '404' }, [2]],
      ['ranges of numbers', { op: 'field', name: 'status', compare: '>=', value: '404' }, [1, 2]],
      ['small numbers', { op: 'field', name: 'ms', compare: '<', value: '100' }, [0]],
      ['fields of logfmt', { op: 'field', name: 'msg', compare: '=', value: 'slow query' }, [2]],
      ['fields by expression', { op: 'field', name: 'msg', compare: '=~', pattern: '(?i)^request' }, [0, 1]],
      [
        'fields that differ or are absent',
        { op: 'field', name: 'status', compare: '!=', value: '200' },
        [1, 2, 3, 4, 5],
      ],
      ['labels as fields', { op: 'field', name: 'env', compare: '=', value: 'prod' }, [0, 1, 2, 3, 4, 5]],
      ['not', { op: 'not', of: { op: 'contains', text: 'user' } }, [4]],
      [
        'and, or',
        {
          op: 'and',
          of: [
            { op: 'contains', text: 'user' },
            {
              op: 'or',
              of: [
                { op: 'severity', in: [5] },
                { op: 'contains', text: 'plain' },
              ],
            },
          ],
        },
        [1, 3],
      ],
      [
        'not of or',
        {
          op: 'not',
          of: {
            op: 'or',
            of: [
              { op: 'severity', in: [3, 4, 5] },
              { op: 'contains', text: 'ann' },
            ],
          },
        },
        [4],
      ],
      ['not a severity', { op: 'not', of: { op: 'severity', in: [0] } }, [0, 1, 2]],
      ['no expression', { op: 'not', of: { op: 'matches', pattern: 'status.{1,3}\\d' } }, [3, 4, 5]],
    ]
    test('finds by every predicate', async () => {
      const logs = await opened()
      await logs.append({ service_name: 'api', env: 'prod' }, logs.lines(lines))
      for (const [what, where, found] of cases) {
        const page = await logs.search({ where, direction: 'forward', countMax: 100 })
        assert.deepEqual(
          page.rows.map(({ line }) => lines.indexOf(line)),
          found,
          what,
        )
        assert.deepEqual(page.total, { count: found.length, exact: true }, what)
      }
    })

    test('takes a field from the metadata of a line too', async () => {
      const logs = await opened()
      await logs.append({ service_name: 'api' }, [
        { timestampNs: logs.at(1), line: 'one', metadata: { trace_id: 'aaa' } },
        { timestampNs: logs.at(2), line: 'two', metadata: { trace_id: 'bbb' } },
        { timestampNs: logs.at(3), line: 'three' },
      ])
      const rows = await logs.rows({ where: { op: 'field', name: 'trace_id', compare: '=', value: 'bbb' } })
      assert.deepEqual(
        rows.map(({ line }) => line),
        ['two'],
      )
    })

    test('refuses a bad regular expression', async () => {
      const logs = await opened()
      await logs.append({ service_name: 'api' }, logs.lines(['a']))
      await assert.rejects(logs.search({ where: { op: 'matches', pattern: '(' } }), { code: 'VALIDATION_FAILED' })
    })

    test('stops when the caller is gone', async () => {
      const logs = await opened()
      await logs.append({ service_name: 'api' }, logs.lines(['a']))
      await assert.rejects(logs.store.search(logs.request({}), { signal: AbortSignal.abort() }), { name: 'AbortError' })
    })

    test('walks through everything in order', async () => {
      const logs = await opened()
      const entries = Array.from({ length: 2_500 }, (_, index) => ({
        timestampNs: logs.at(0) + BigInt(index) * 1_000_000n,
        line: `line ${index} ${index % 2 === 0 ? 'even' : 'odd'}`,
      }))
      for (const service of [0, 1]) {
        await logs.append(
          { service_name: `s${service}` },
          entries.filter((_, index) => index % 3 === service || (service === 1 && index % 3 === 2)),
        )
      }
      for (const direction of ['forward', 'backward'] as const) {
        const seen: LogRow[] = []
        const filter = { ...logs.request({}), direction, where: { op: 'contains', text: 'even' } as const }
        for await (const rows of logs.store.scan(filter)) seen.push(...rows)
        const wanted = entries.filter(({ line }) => line.endsWith('even')).map(({ line }) => line)
        assert.deepEqual(
          seen.map(({ line }) => line),
          direction === 'forward' ? wanted : wanted.toReversed(),
        )
      }
    })

    test('counts lines by time and severity', async () => {
      const logs = await opened()
      const entries = Array.from({ length: 600 }, (_, index) => ({
        timestampNs: logs.at(index),
        line: `line ${index}`,
        severity: index % 5 === 0 ? 5 : 3,
      }))
      await logs.append({ service_name: 'api' }, entries)
      for (const where of [undefined, { op: 'contains', text: 'line' } as const]) {
        const histogram = await logs.store.histogram({
          fromNs: logs.at(100),
          toNs: logs.at(500),
          ...(where && { where }),
          buckets: 10,
        })
        const { counts, bucketNs, fromNs } = histogram
        assert.deepEqual(Object.keys(counts).toSorted(), ['error', 'info'])
        assert.equal(sum(counts.error!), 80)
        assert.equal(sum(counts.info!), 320)
        assert.ok(counts.error!.length <= 1_000)
        counts.info!.forEach((count, bucket) => {
          const start = fromNs + BigInt(bucket) * bucketNs
          const inBucket = entries.filter(
            ({ timestampNs: time, severity }) =>
              severity === 3 && time >= start && time < start + bucketNs && time >= logs.at(100) && time < logs.at(500),
          )
          assert.equal(count, inBucket.length, `bucket ${bucket}`)
        })
      }
    })

    test('shows what stands around a line of a stream', async () => {
      const logs = await opened()
      await logs.append({ service_name: 'api' }, logs.lines(Array.from({ length: 20 }, (_, index) => `api ${index}`)))
      await logs.append({ service_name: 'web' }, logs.lines(Array.from({ length: 20 }, (_, index) => `web ${index}`)))
      const [row] = await logs.rows({ where: { op: 'contains', text: 'api 7' } })
      const around = await logs.store.context(row!.id, 2, 3)
      assert.deepEqual(
        around?.map(({ line }) => line),
        ['api 5', 'api 6', 'api 7', 'api 8', 'api 9', 'api 10'],
      )
      const alone = await logs.store.context(row!.id, 0, 0)
      assert.deepEqual(
        alone?.map(({ line }) => line),
        ['api 7'],
      )
      assert.equal(await logs.store.context(`${logs.at(3)}.00000000`, 1, 1), null)
      assert.equal(await logs.store.context('nonsense', 1, 1), null)
    })

    test('names the commonest values of a field', async () => {
      const logs = await opened()
      const entries = Array.from({ length: 40 }, (_, index) => `{"status":${index % 4 === 0 ? 500 : 200}}`)
      await logs.append({ service_name: 'api' }, logs.lines(entries))
      const request = { ...logs.request({}), field: 'status', sampleMax: 1_000, top: 5 }
      assert.deepEqual(await logs.store.facet(request), {
        values: [
          { value: '200', count: 30 },
          { value: '500', count: 10 },
        ],
        sampled: 40,
      })
      const { values, sampled } = await logs.store.facet({ ...request, sampleMax: 8, top: 1 })
      assert.deepEqual(values, [{ value: '200', count: 6 }])
      assert.equal(sampled, 8)
    })

    test('knows its services, labels and series', async () => {
      const logs = await opened()
      const span = { fromNs: logs.at(0), toNs: logs.at(100) }
      await logs.append({ service_name: 'api', env: 'prod' }, logs.lines(['a', 'b', 'c']))
      await logs.append({ service_name: 'web', env: 'dev', zone: 'z' }, logs.lines(['d']))
      assert.deepEqual(await logs.store.services(span), [
        { service: 'api', lines: 3, counts: [3, 0, 0, 0, 0, 0, 0], newestNs: logs.at(2) },
        { service: 'web', lines: 1, counts: [1, 0, 0, 0, 0, 0, 0], newestNs: logs.at(0) },
      ])
      const names = await logs.store.labelNames(span)
      for (const name of ['env', 'service_name', 'zone']) assert.ok(names.includes(name), name)
      assert.deepEqual(await logs.store.labelValues('env', span), ['dev', 'prod'])
      const onlyApi = { ...span, matchers: [{ name: 'service_name', op: '=', value: 'api' } as const] }
      assert.deepEqual(await logs.store.labelValues('env', onlyApi), ['prod'])
      const series = await logs.store.series(
        [onlyApi.matchers, [{ name: 'zone', op: '=', value: 'z' }], [{ name: 'zone', op: '=~', value: 'z+' }]],
        span,
      )
      assert.deepEqual(
        series.toSorted((a, b) => (a['service_name']! < b['service_name']! ? -1 : 1)),
        [
          { service_name: 'api', env: 'prod' },
          { service_name: 'web', env: 'dev', zone: 'z' },
        ],
      )
      const { streams, entries } = await logs.store.stats(onlyApi)
      assert.ok(streams >= 1 && entries >= 3)
      if (lacks.includes('exact_stats')) return
      assert.deepEqual({ streams, entries }, { streams: 1, entries: 3 })
    })

    testOf('tail', 'tells watchers what comes in, and only what they want', async () => {
      const logs = await opened()
      const seen: string[] = []
      const stop = logs.store.tail(
        { matchers: [{ name: 'service_name', op: '=', value: 'api' }], where: { op: 'contains', text: 'want' } },
        { onRows: (rows) => seen.push(...rows.map(({ line }) => line)) },
      )
      await logs.append({ service_name: 'api' }, logs.lines(['want one', 'other', 'wanted two']))
      await logs.append({ service_name: 'web' }, logs.lines(['want three']))
      await until('two lines seen', () => seen.length === 2)
      stop()
      await logs.append({ service_name: 'api' }, [{ timestampNs: logs.at(9), line: 'want four' }])
      await logs.append({ service_name: 'api' }, [{ timestampNs: logs.at(10), line: 'want five' }])
      assert.deepEqual(seen, ['want one', 'wanted two'])
    })

    testOf('batch_ids', 'stores nothing twice when a batch comes again, also at the same time', async () => {
      const logs = await opened()
      const batch = { id: 'b1', streams: [{ labels: { service_name: 'api' }, entries: logs.lines(['a', 'b']) }] }
      const answers = await Promise.all([logs.store.append(batch), logs.store.append(batch)])
      assert.deepEqual(
        answers.map(({ stored }) => stored).toSorted((a, b) => a - b),
        [0, 2],
      )
      assert.deepEqual(await logs.store.append(batch), { stored: 0, duplicates: 2, rejected: [] })
      assert.equal((await logs.rows({})).length, 2)
    })

    testOf('duplicates', 'counts a line that stands twice in a batch as a duplicate', async () => {
      const logs = await opened()
      const entry = { timestampNs: logs.at(1), line: 'same' }
      const other = { timestampNs: logs.at(1), line: 'other' }
      const answer = await logs.append({ service_name: 'api' }, [entry, other, { ...entry }])
      assert.deepEqual(answer, { stored: 2, duplicates: 1, rejected: [] })
      assert.deepEqual(
        (await logs.rows({ direction: 'forward' })).map(({ line }) => line),
        ['same', 'other'],
      )
    })

    test('takes lines of many streams at once, from many senders', async () => {
      const logs = await opened()
      await Promise.all(
        Array.from({ length: 50 }, (_, sender) =>
          logs.append({ service_name: `s${sender % 5}`, sender: String(sender) }, logs.lines(['one', 'two', 'three'])),
        ),
      )
      const page = await logs.search({ limit: 1, countMax: 1_000 })
      assert.deepEqual(page.total, { count: 150, exact: true })
    })
  })
}

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0)

/** A store with the shorthand of these tests: second 0 is the last full hour but one. */
class Fixture {
  readonly store: LogStore
  readonly #startNs: bigint

  constructor({ store, nowMs }: OpenedLogs) {
    this.store = store
    this.#startNs = BigInt(Math.floor(nowMs / 3_600_000) - 1) * 3_600n * secondNs
  }

  at(seconds: number): bigint {
    return this.#startNs + BigInt(seconds) * secondNs
  }

  /** A line per second. */
  lines(lines: string[]): LogEntry[] {
    return lines.map((line, index) => ({ timestampNs: this.at(index), line }))
  }

  append(labels: Labels, entries: LogEntry[]) {
    return this.store.append({ streams: [{ labels, entries }] })
  }

  request(given: Partial<LogSearch>): LogSearch {
    return { fromNs: this.at(-60), toNs: this.at(3_600), limit: 100, direction: 'backward', ...given }
  }

  search(given: Partial<LogSearch>) {
    return this.store.search(this.request(given))
  }

  async rows(given: Partial<LogSearch>): Promise<LogRow[]> {
    return (await this.search(given)).rows
  }
}
