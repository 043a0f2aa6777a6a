import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { AppError } from '#kernel/errors.ts'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { openEmbeddedLogs, type EmbeddedLogs } from '../logs/embedded/index.ts'
import type { LogEntry, LogStream } from '../logs/logs.ts'
import { parseLogql, queryLogs, type LogqlOptions, type LogqlResult, type LogqlSpan } from './index.ts'

const secondNs = 1_000_000_000n
const seconds = (at: number): bigint => BigInt(Math.round(at * 1e6)) * 1000n

/** One line at each of these seconds. */
const lines = (count: number, at: (index: number) => number, line: (index: number) => string): LogEntry[] =>
  Array.from({ length: count }, (_, index) => ({ timestampNs: seconds(at(index)), line: line(index) }))

const every = (app: string, apartS: number, fromS = 0): LogStream => ({
  labels: { app, set: 'loki' },
  entries: lines(
    300,
    (index) => fromS + index * apartS,
    (index) => `foobar ${index}`,
  ),
})

const streams: LogStream[] = [
  // The streams of Loki's engine tests: a line each second, each 10 seconds, ...
  every('one', 1),
  every('two', 2),
  every('five', 5),
  every('ten', 10),
  every('fifteen', 15),
  every('twenty', 20),
  every('from46', 1, 46),
  {
    labels: { app: 'api', env: 'prod' },
    entries: lines(
      120,
      (index) => index,
      (index) =>
        JSON.stringify({
          level: index % 4 === 0 ? 'error' : 'info',
          ms: index,
          took: `${index * 10}ms`,
          size: `${index}KB`,
          user: `u${index % 3}`,
        }),
    ),
  },
  {
    labels: { app: 'web', env: 'prod' },
    entries: lines(
      60,
      (index) => index * 2,
      (index) => `level=warn count=${[1, 2, 5, 3, 4][index % 5]} path=/p${index % 2}`,
    ),
  },
  {
    labels: { app: 'odd', env: 'dev' },
    entries: lines(
      10,
      (index) => index,
      (index) => (index === 5 ? 'text' : `{"n":"${index === 7 ? 'x' : index}"}`),
    ),
  },
  {
    labels: { app: 'meta' },
    entries: lines(
      6,
      (index) => index,
      (index) => `line ${index}`,
    ).map((entry, index) => ({ ...entry, metadata: { trace: `t${index % 2}` } })),
  },
  {
    labels: { app: 'nested' },
    entries: ['{"a":0,"b":{"c":1,"d":9},"d":2}', '{"b":{"c":1,"b_c":3},"x":[{}]}', '{"b":{"e":{}},"d":4}'].map(
      (line, index) => ({ timestampNs: seconds(index + 10), line }),
    ),
  },
  { labels: { app: 'bytes' }, entries: ['', 'ä', 'abc'].map((line, index) => ({ timestampNs: seconds(index), line })) },
]

let store: EmbeddedLogs

before(async () => {
  store = await openEmbeddedLogs({
    dir: temporaryFolder(),
    now: () => 10_000_000,
    retentionMs: 7 * 86_400_000,
    bytesMax: 1e9,
  })
  const { stored } = await store.append({ streams })
  assert.equal(
    stored,
    streams.reduce((sum, { entries }) => sum + entries.length, 0),
  )
})

after(() => store.close())

const ask = (query: string, span: Partial<LogqlSpan> = {}, options: LogqlOptions = {}): Promise<LogqlResult> =>
  queryLogs(
    parseLogql(query),
    { startNs: 0n, endNs: 600n * secondNs, limit: 100, direction: 'forward', ...span },
    store,
    options,
  )

type Vector = Record<string, number>

const key = (labels: Record<string, string>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')

/** The answer at one moment: values by labels, those of the test's streams left out. */
async function at(query: string, atS: number): Promise<Vector | number> {
  const { resultType, result } = await ask(query, { startNs: seconds(atS), endNs: seconds(atS) })
  if (resultType === 'scalar') return Number(result[1])
  assert.equal(resultType, 'vector')
  return Object.fromEntries(
    (result as { metric: Record<string, string>; value: [number, string] }[]).map(
      ({ metric: { set: _set, ...metric }, value }) => {
        assert.equal(value[0], atS)
        return [key(metric), value[1] === 'NaN' ? Number.NaN : Number(value[1].replace('Inf', 'Infinity'))]
      },
    ),
  )
}

const all = '{set="loki"} |~ ".+bar"'
const four = '{app=~"ten|from46|five|one", set="loki"} |~ ".+bar"'

/** As Loki's engine tests (pkg/logql/engine_test.go) have it, at second 60 unless told. */
const lokisInstants: [query: string, expected: Vector | number][] = [
  ['rate({app="one"} |~".+bar" [1m])', { 'app=one': 1 }],
  ['rate({app="from46"}[30s])', { 'app=from46': 0.5 }],
  ['count_over_time({app="ten"} |~".+bar" [1m])', { 'app=ten': 6 }],
  ['count_over_time(({app="ten"} |~".+bar")[1m])', { 'app=ten': 6 }],
  ['avg(count_over_time({app=~"ten"} |~".+bar" [1m]))', { '': 6 }],
  ['min(rate({app=~"ten|five"} |~".+bar" [1m]))', { '': 0.1 }],
  ['max by (app) (rate({app=~"ten|five"} |~".+bar" [1m]))', { 'app=ten': 0.1, 'app=five': 0.2 }],
  ['max(rate({app=~"ten|five"} |~".+bar" [1m]))', { '': 0.2 }],
  ['sum(rate({app=~"ten|five"} |~".+bar" [1m]))', { '': 0.3 }],
  ['sum(count_over_time({app=~"ten|five"} |~".+bar" [1m])) by (app)', { 'app=five': 12, 'app=ten': 6 }],
  ['count(count_over_time({app=~"ten|five"} |~".+bar" [1m])) without (app)', { '': 2 }],
  ['stdvar without (app) (count_over_time(({app=~"ten|five"} |~".+bar")[1m])) ', { '': 9 }],
  ['stddev(count_over_time(({app=~"ten|two"} |~".+bar")[1m])) ', { '': 12 }],
  ['rate(({app=~"ten|from46"} |~".+bar")[1m])', { 'app=from46': 0.25, 'app=ten': 0.1 }],
  ['topk(2,rate(({app=~"ten|from46"} |~".+bar")[1m]))', { 'app=from46': 0.25, 'app=ten': 0.1 }],
  ['topk(1,rate(({app=~"ten|from46"} |~".+bar")[1m]))', { 'app=from46': 0.25 }],
  [`topk(1,rate((${four})[1m])) by (app)`, { 'app=from46': 0.25, 'app=one': 1, 'app=ten': 0.1, 'app=five': 0.2 }],
  [`bottomk(2,rate((${four})[1m]))`, { 'app=ten': 0.1, 'app=five': 0.2 }],
  [`bottomk(3,rate((${four})[1m])) without (app)`, { 'app=from46': 0.25, 'app=ten': 0.1, 'app=five': 0.2 }],
  [`bottomk(3,rate((${four})[1m])) without (app) + 1`, { 'app=from46': 1.25, 'app=ten': 1.1, 'app=five': 1.2 }],
  ['1+1', 2],
  ['2', 2],
]

const json = '{app="api"} | json'
const web = '{app="web"} | logfmt'

/** Values computed by hand from the streams above. */
const instants: [query: string, expected: Vector | number][] = [
  ['count_over_time({app="nothing"}[1m])', {}],
  ['bytes_over_time({app="bytes"}[2m])', { 'app=bytes': 5 }],
  ['bytes_rate({app="bytes"}[5m])', { 'app=bytes': 5 / 300 }],
  ['bytes_over_time({app="bytes"} |~ "^$" [2m])', { 'app=bytes': 0 }],
  [`sum by (level) (count_over_time(${json} [1m]))`, { 'level=error': 15, 'level=info': 45 }],
  [
    `sum by (user, level) (count_over_time(${json} | level = "error" [1m]))`,
    { 'level=error,user=u0': 5, 'level=error,user=u1': 5, 'level=error,user=u2': 5 },
  ],
  [`sum(count_over_time(${json} | ms > 30 and took < 500ms [1m]))`, { '': 19 }],
  [`sum(sum_over_time(${json} | unwrap ms [10s]))`, { '': 555 }],
  [`sum by (ms) (sum_over_time(${json} | unwrap ms [10s]))`, { '': 555 }],
  [`sum(rate(${json} | unwrap ms [10s]))`, { '': 55.5 }],
  [`sum(sum_over_time(${json} | unwrap duration(took) [10s]))`, { '': 5.55 }],
  [`sum(sum_over_time(${json} | unwrap duration_seconds(took) [10s]))`, { '': 5.55 }],
  [`sum(sum_over_time(${json} | unwrap bytes(size) [10s]))`, { '': 555_000 }],
  [`avg_over_time(${json} | unwrap ms [10s]) by (app)`, { 'app=api': 55.5 }],
  [`min_over_time(${json} | unwrap ms [10s]) by (app)`, { 'app=api': 51 }],
  [`max_over_time(${json} | unwrap ms [10s]) by (app)`, { 'app=api': 60 }],
  [`first_over_time(${json} | unwrap ms [10s]) by (app)`, { 'app=api': 51 }],
  [`last_over_time(${json} | unwrap ms [10s]) by (app)`, { 'app=api': 60 }],
  [`stdvar_over_time(${json} | unwrap ms [10s]) by (app)`, { 'app=api': 8.25 }],
  [`stddev_over_time(${json} | unwrap ms [10s]) by (app)`, { 'app=api': Math.sqrt(8.25) }],
  [`quantile_over_time(0.5, ${json} | unwrap ms [10s]) by (app)`, { 'app=api': 55.5 }],
  [`quantile_over_time(0.9, ${json} | unwrap ms [10s]) by (app)`, { 'app=api': 59.1 }],
  [`quantile_over_time(1.1, ${json} | unwrap ms [10s]) by (app)`, { 'app=api': Infinity }],
  [`max_over_time(${json} | keep ms, user | unwrap ms [1m])`, { 'user=u0': 60, 'user=u1': 58, 'user=u2': 59 }],
  [
    `max_over_time(${json} | unwrap ms [1m]) without (level, took, size, env, app)`,
    { 'user=u0': 60, 'user=u1': 58, 'user=u2': 59 },
  ],
  // 1 2 5 3 4 1 2 5 3 4 ...: in ten seconds five values, falling twice at least.
  [`rate_counter(${web} | keep count | unwrap count [10s])`, { '': 0.8 }],
  [`sum(count_over_time(${web} | __error__="" [1m])) by (path)`, { 'path=/p0': 15, 'path=/p1': 15 }],
  ['sum(count_over_time({app="one"}[10s] offset 30s))', { '': 10 }],
  ['sum(count_over_time({app="from46"}[10s] offset 10s))', { '': 5 }],
  ['sum(sum_over_time({app="api"} | json | unwrap ms [10s] offset 10s))', { '': 455 }],
  ['absent_over_time({app="nothing", env=~"x"}[1m])', { 'app=nothing': 1 }],
  ['absent_over_time({app="one"}[1m])', {}],
  ['sum(count_over_time({app="nothing"}[1m])) or vector(0)', { '': 0 }],
  ['vector(3) * 2', { '': 6 }],
  ['vector(1)+vector(1)', { '': 2 }],
  ['sum by (app, detected_level) (count_over_time({app="one"} | drop __error__ [1m]))', { 'app=one': 60 }],
  ['1 + 2 * 3 ^ 2 ^ 0 - 10 / 4', 4.5],
  ['2 ^ 3 ^ 2', 512],
  ['10 % 4 * 2', 4],
  ['1 > 2', 0],
  ['5 / 0', Number.NaN],
  ['sum(rate({app="one"}[1m])) * 60', { '': 60 }],
  ['sum by (app) (count_over_time({app=~"one|ten|five"}[1m])) > 10', { 'app=one': 60, 'app=five': 12 }],
  ['10 < sum by (app) (count_over_time({app=~"one|ten|five"}[1m]))', { 'app=one': 60, 'app=five': 12 }],
  ['sum by (app) (count_over_time({app=~"one|ten"}[1m])) > bool 10', { 'app=one': 1, 'app=ten': 0 }],
  [
    'sum by (app) (count_over_time({app=~"one|ten"}[1m])) and sum by (app) (count_over_time({app="ten"}[1m]))',
    { 'app=ten': 6 },
  ],
  [
    'sum by (app) (count_over_time({app=~"one|ten"}[1m])) unless sum by (app) (count_over_time({app="ten"}[1m]))',
    { 'app=one': 60 },
  ],
  [
    'sum by (app) (count_over_time({app="one"}[1m])) or sum by (app) (count_over_time({app=~"one|ten"}[10s]))',
    { 'app=one': 60, 'app=ten': 1 },
  ],
  [
    'sum by (app) (count_over_time({app=~"one|ten"}[1m])) / sum by (app) (count_over_time({app=~"one|five"}[1m]))',
    { 'app=one': 1 },
  ],
  [
    'sum by (app, set) (count_over_time({app=~"one|ten"}[1m])) / on (set) group_left sum by (set) (count_over_time({app="five"}[1m]))',
    { 'app=one': 5, 'app=ten': 0.5 },
  ],
  [
    'sum by (set) (count_over_time({app="five"}[1m])) / on (set) group_right () sum by (app, set) (count_over_time({app=~"one|ten"}[1m]))',
    { 'app=one': 0.2, 'app=ten': 2 },
  ],
  [
    'sum by (app, set) (count_over_time({app="one"}[1m])) / ignoring (app) sum by (set) (count_over_time({app="five"}[1m]))',
    { '': 5 },
  ],
  [
    'label_replace(sum by (app) (count_over_time({app="ten"}[1m])), "x", "$1-$2", "app", "(t)e(.)")',
    { 'app=ten,x=t-n': 6 },
  ],
  ['label_replace(sum by (app) (count_over_time({app="ten"}[1m])), "x", "y", "app", "e")', { 'app=ten': 6 }],
  ['label_replace(sum by (app) (count_over_time({app="ten"}[1m])), "app", "", "app", ".*")', { '': 6 }],
  ['count_over_time({app="meta"}[1m])', { 'app=meta,trace=t0': 3, 'app=meta,trace=t1': 3 }],
  ['sum by (app) (count_over_time({app="meta"}[1m]))', { 'app=meta': 6 }],
  ['sum without (trace) (count_over_time({app="meta"} | trace = "t1" [1m]))', { 'app=meta': 3 }],
  ['sum(count_over_time({app="odd"} | json | __error__ = "" [1m]))', { '': 9 }],
  ['sum by (__error__) (count_over_time({app="odd"} | json | __error__ != "" [1m]))', { '__error__=JSONParserErr': 1 }],
  ['sum(sum_over_time({app="odd"} | json | unwrap n | __error__ = "" [1m]))', { '': 33 }],
  [
    'sum by (user, app) (count_over_time({app="api"} | json | level = "info" [8s]))',
    { 'app=api,user=u0': 2, 'app=api,user=u1': 2, 'app=api,user=u2': 2 },
  ],
  ['sum by (b_c, d) (count_over_time({app="nested"} | json [1m]))', { 'b_c=1,d=2': 1, 'b_c=1': 1, 'd=4': 1 }],
  [`approx_topk(1, sum by (app) (rate(${all}[1m])))`, { 'app=one': 1 }],
]

describe('numbers of lines', () => {
  for (const [query, expected] of [...lokisInstants, ...instants]) {
    // Lines of second 0 are outside a range of a minute at second 60.
    const atS = query.includes('bytes"') ? 2 : query.includes('"meta"') || query.includes('"odd"') ? 59 : 60
    test(query, async () => {
      const found = await at(query, atS)
      if (typeof expected === 'number') return assert.equal(found, expected)
      assert.ok(typeof found === 'object')
      assert.deepEqual(Object.keys(found).toSorted(), Object.keys(expected).toSorted())
      for (const [labels, value] of Object.entries(expected)) {
        assert.ok(
          Math.abs(found[labels]! - value) < 1e-9 || Object.is(found[labels], value),
          `${labels}: ${found[labels]} instead of ${value}`,
        )
      }
    })
  }

  test('come sorted where that is asked', async () => {
    const query = `(sum by (app) (count_over_time({app=~"one|ten|five"}[1m])))`
    const order = async (how: string) => Object.keys((await at(how, 60)) as Vector)
    assert.deepEqual(await order(`sort${query}`), ['app=ten', 'app=five', 'app=one'])
    assert.deepEqual(await order(`sort_desc${query}`), ['app=one', 'app=five', 'app=ten'])
    assert.deepEqual(await order(`topk(2, ${query})`), ['app=one', 'app=five'])
    assert.deepEqual(await order(`bottomk(2, ${query})`), ['app=ten', 'app=five'])
  })
})

const points = (fromS: number, toS: number, stepS: number, value: string): [number, string][] =>
  Array.from({ length: (toS - fromS) / stepS + 1 }, (_, step) => [fromS + step * stepS, value])

/** As Loki's tests of range queries have it. */
const ranges: [query: string, from: number, to: number, stepS: number, expected: Record<string, [number, string][]>][] =
  [
    ['rate({app="one"} |~".+bar" [1m])', 60, 120, 60, { one: points(60, 120, 60, '1') }],
    [
      'rate({app="two"}[30s])',
      60,
      120,
      15,
      {
        two: [
          [60, '0.5'],
          [75, '0.5'],
          [90, '0.5'],
          [105, '0.5'],
          [120, '0.5'],
        ],
      },
    ],
    ['count_over_time({app="ten"} |~".+bar" [1m])', 60, 120, 30, { ten: points(60, 120, 30, '6') }],
    ['count_over_time(({app="ten"} |~".+bar")[5m])', 300, 600, 30, { ten: points(300, 600, 30, '30') }],
    ['avg by (app) (count_over_time({app="ten"} |~".+bar" [1m]))', 60, 180, 30, { ten: points(60, 180, 30, '6') }],
    [
      'max by (app) (rate({app=~"ten|five"} [1m]))',
      60,
      180,
      30,
      { five: points(60, 180, 30, '0.2'), ten: points(60, 180, 30, '0.1') },
    ],
    [
      'topk(2,rate(({app=~"ten|five|fifteen"} |~".+bar")[1m]))',
      60,
      180,
      30,
      { five: points(60, 180, 30, '0.2'), ten: points(60, 180, 30, '0.1') },
    ],
    [
      'bottomk(2,rate(({app=~"ten|twenty|five|one"} |~".+bar")[1m]))',
      60,
      180,
      30,
      { ten: points(60, 180, 30, '0.1'), twenty: points(60, 180, 30, '0.05') },
    ],
    // Windows with gaps between.
    ['count_over_time({app="one"}[10s])', 60, 180, 60, { one: points(60, 180, 60, '10') }],
    // A window that only partly has lines, and steps that have none.
    [
      'count_over_time({app="from46"}[10s])',
      30,
      70,
      10,
      {
        from46: [
          [50, '5'],
          [60, '10'],
          [70, '10'],
        ],
      },
    ],
    // Steps that do not divide the range.
    ['count_over_time({app="one"}[25s])', 100, 130, 10, { one: points(100, 130, 10, '25') }],
    [
      'max_over_time({app="api"} | json | unwrap ms [25s]) by (app)',
      100,
      130,
      10,
      {
        api: [
          [100, '100'],
          [110, '110'],
          [120, '119'],
          [130, '119'],
        ],
      },
    ],
    [
      'quantile_over_time(1, {app="api"} | json | unwrap ms [25s]) by (app)',
      100,
      130,
      10,
      {
        api: [
          [100, '100'],
          [110, '110'],
          [120, '119'],
          [130, '119'],
        ],
      },
    ],
  ]

describe('numbers over time', () => {
  for (const [query, from, to, stepS, expected] of ranges) {
    test(`${query} from ${from} to ${to} by ${stepS}`, async () => {
      const { resultType, result } = await ask(query, {
        startNs: seconds(from),
        endNs: seconds(to),
        stepMs: stepS * 1000,
      })
      assert.equal(resultType, 'matrix')
      const series = result as { metric: Record<string, string>; values: [number, string][] }[]
      assert.deepEqual(Object.fromEntries(series.map(({ metric, values }) => [metric['app'], values])), expected)
    })
  }

  test('of a plain number are a series without labels', async () => {
    assert.deepEqual(await ask('1.5', { startNs: 0n, endNs: seconds(2), stepMs: 1000 }), {
      resultType: 'matrix',
      result: [
        {
          metric: {},
          values: [
            [0, '1.5'],
            [1, '1.5'],
            [2, '1.5'],
          ],
        },
      ],
    })
  })

  test('are the same whichever way windows are cut', async () => {
    const sum = (range: string, stepMs: number) =>
      ask(`sum(sum_over_time(${json} | unwrap ms [${range}]))`, {
        startNs: seconds(40),
        endNs: seconds(40.021),
        stepMs,
      })
    const fine = await sum('20s', 1)
    const coarse = await sum('20s', 7)
    assert.ok(fine.resultType === 'matrix' && coarse.resultType === 'matrix')
    assert.deepEqual(
      coarse.result[0]!.values,
      fine.result[0]!.values.filter((_, step) => step % 7 === 0),
    )
  })
})

describe('lines', () => {
  const texts = (result: LogqlResult): string[] => {
    assert.ok(result.resultType === 'streams')
    return result.result.flatMap(({ values }) => values.map(([, line]) => line))
  }

  test('come oldest or newest first, as many as wanted, from the start up to before the end', async () => {
    const span = { startNs: seconds(10), endNs: seconds(20), limit: 3 }
    assert.deepEqual(texts(await ask('{app="one"}', span)), ['foobar 10', 'foobar 11', 'foobar 12'])
    assert.deepEqual(texts(await ask('{app="one"}', { ...span, direction: 'backward' })), [
      'foobar 19',
      'foobar 18',
      'foobar 17',
    ])
    assert.equal(texts(await ask('{app="one"}', { ...span, limit: 100 })).length, 10)
    assert.deepEqual(texts(await ask('{app="one"}', { ...span, limit: 0 })), [])
  })

  test('have the shape of Loki', async () => {
    assert.deepEqual(await ask('{app="web"} | logfmt | count = 5', { limit: 2 }), {
      resultType: 'streams',
      result: [
        {
          stream: { app: 'web', count: '5', env: 'prod', level: 'warn', path: '/p0' },
          values: [['4000000000', 'level=warn count=5 path=/p0']],
        },
        {
          stream: { app: 'web', count: '5', env: 'prod', level: 'warn', path: '/p1' },
          values: [['14000000000', 'level=warn count=5 path=/p1']],
        },
      ],
    })
  })

  test('count towards the limit over all streams, and only those that pass', async () => {
    const result = await ask('{app=~"one|two"} |= "5" | line_format "{{.app}}"', { limit: 4 })
    assert.deepEqual(texts(result).toSorted(), ['one', 'one', 'one', 'two'])
  })

  test('carry their metadata among the labels of the stream', async () => {
    const result = await ask('{app="meta"}')
    assert.ok(result.resultType === 'streams')
    assert.deepEqual(
      result.result.map(({ stream }) => stream),
      [
        { app: 'meta', trace: 't0' },
        { app: 'meta', trace: 't1' },
      ],
    )
  })

  test('are thinned by an interval', async () => {
    assert.deepEqual(texts(await ask('{app="one"}', { endNs: seconds(20), intervalMs: 7_000 })), [
      'foobar 0',
      'foobar 7',
      'foobar 14',
    ])
  })
})

describe('a query', () => {
  const refusal = (message: RegExp) => (error: unknown) => {
    assert.ok(error instanceof AppError, String(error))
    assert.match(error.message, message)
    return true
  }
  const moment = { startNs: seconds(59), endNs: seconds(59) }

  test('meets no more series than allowed', async () => {
    await assert.rejects(
      ask(`count_over_time(${json} [1m])`, moment, { seriesMax: 10 }),
      refusal(/^maximum of series \(10\) reached for a single query$/),
    )
    await ask(`sum(count_over_time(${json} [1m]))`, moment, { seriesMax: 10 })
  })

  test('fails at errors that it does not handle', async () => {
    await assert.rejects(
      ask('count_over_time({app="odd"} | json [1m])', moment),
      refusal(/^pipeline error: 'JSONParserErr' for series: .*\n.*__error__!="JSONParserErr"/),
    )
    await assert.rejects(
      ask('sum(sum_over_time({app="odd"} | json | __error__="" | unwrap n [1m]))', moment),
      refusal(/^pipeline error: 'SampleExtractionErr'/),
    )
    await assert.rejects(
      ask('sum by (n) (count_over_time({app="odd"} | json | n > 3 [1m]))', moment),
      refusal(/^pipeline error: '(JSONParserErr|LabelFilterErr)'/),
    )
  })

  test('is refused when its steps are too many or none', async () => {
    await assert.rejects(
      ask('vector(1)', { startNs: 0n, endNs: seconds(20_000), stepMs: 1000 }),
      refusal(/maximum resolution of 11,000 points/),
    )
    await assert.rejects(
      ask('vector(1)', { startNs: 0n, endNs: seconds(2), stepMs: 0 }),
      refusal(/zero or negative query resolution/),
    )
    await assert.rejects(
      ask('vector(1)', { startNs: seconds(2), endNs: 0n }),
      refusal(/end timestamp must not be before/),
    )
  })

  test('is refused when series do not pair', async () => {
    const ambiguous =
      'sum by (app, set) (count_over_time({app=~"one|ten"}[1m])) / on (set) sum by (set) (count_over_time({app="five"}[1m]))'
    await assert.rejects(ask(ambiguous, moment), refusal(/many-to-many matching not allowed/))
    await assert.rejects(
      ask('label_replace(sum by (app) (rate({app=~"one|ten"}[1m])), "app", "x", "app", ".*")', moment),
      refusal(/same labelset/),
    )
  })

  test('ends when its caller leaves or its time is over', async () => {
    await assert.rejects(ask(all, {}, { signal: AbortSignal.abort(new Error('left')) }), /left|abort/i)
    const range = { startNs: seconds(0), endNs: seconds(4000), stepMs: 1000 }
    await assert.rejects(
      ask(`count_over_time(${all}[1h])`, range, { limits: { timeoutMs: 0.001 } }),
      (error: unknown) => error instanceof AppError,
    )
  })

  test('bounds the memory of what it counts', async () => {
    const wide = { startNs: 0n, endNs: seconds(10_900), stepMs: 1000 }
    await ask(`sum by (user) (max_over_time(${json} | unwrap ms [1d]))`, wide)
    const perLine = `max_over_time({app=~"api|one"} | label_format id="{{ __timestamp__ }}" | pattern "<n> <_>" | label_format n="1" | unwrap n [1d])`
    await assert.rejects(ask(perLine, wide), refusal(/too many series and samples/))
  })
})
