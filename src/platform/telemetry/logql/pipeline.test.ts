import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { AppError } from '#kernel/errors.ts'
import { Line } from './line.ts'
import { parseLogql } from './parse.ts'
import { selection } from './select.ts'
import { pipeline } from './stages.ts'

type Labels = Record<string, string>

/** The line and its labels at the end of the stages; null where they drop it. */
function piped(
  stages: string,
  text: string,
  labels: Labels = {},
  metadata?: Labels,
): { text: string; labels: Labels } | null {
  const expression = parseLogql(`{a="b"} ${stages}`)
  assert.ok(expression.kind === 'log')
  const line = new Line()
  const row = { id: '', timestampNs: 0n, line: text, labels, service: '', severity: 0, ...(metadata && { metadata }) }
  const passes = pipeline(expression.stages, null, () => 0)
  for (let time = 0; time < 2; time++) {
    // What a line leaves behind must not reach the next.
    line.begin({ ...row, line: '{"left":"behind","n":{}', labels: { other: 'x' } })
    passes(line)
  }
  line.begin(row)
  return passes(line) ? { text: line.text, labels: Object.fromEntries(line.labels()) } : null
}

const withoutDetails = (labels: Labels): Labels => {
  const { __error_details__: details, ...rest } = labels
  if ('__error__' in rest) assert.ok(details, 'an error says more')
  return rest
}

type Parsed = [stages: string, line: string, labels: Labels, expected: Labels]

const nested = '{"app":"foo","namespace":"prod","pod":{"uuid":"foo","deployment":{"ref":"foobar"}}}'
const document =
  '{"app":"foo","field with space":"value","field with ÜFT8👌":"value","null_field":null,"bool_field":false,"namespace":"prod","pod":{"uuid":"foo","deployment":{"ref":"foobar", "params": [1,2,3]}}}'
const nginx =
  '0.191.12.2 - - [10/Jun/2021:09:14:29 +0000] "GET /api/plugins/versioncheck HTTP/1.1" 200 2 "-" "Go-http-client/2.0" "13.76.247.102, 34.120.177.193" "TLSv1.2" "US" ""'
const packed = '{"bar":1,"app":"foo","namespace":"prod","_entry":"some message","pod":{"uid":"1"}}'

/** As Loki's documentation and its tables of parser tests (pkg/logql/log/parser_test.go, pattern/pattern_test.go) have it. */
const parsed: Parsed[] = [
  ['| json', nested, {}, { app: 'foo', namespace: 'prod', pod_uuid: 'foo', pod_deployment_ref: 'foobar' }],
  ['| json', '{"counter":1, "price": {"_net_":5.56909}}', {}, { counter: '1', price__net_: '5.56909' }],
  ['| json', String.raw`{"counter":1,"foo":"foo\\\"bar"}`, {}, { counter: '1', foo: String.raw`foo\"bar` }],
  ['| json', '{"counter":1,"foo":"\ufffd"}', {}, { counter: '1' }],
  ['| json', '{"counter":1, "price": {"net_":["10","20"]}}', {}, { counter: '1' }],
  ['| json', '{"cou-nter":1,"5xx":2,"a.b":{"c":"d"}}', {}, { cou_nter: '1', _5xx: '2', a_b_c: 'd' }],
  ['| json', '{n}', {}, { __error__: 'JSONParserErr' }],
  ['| json', 'text', { x: 'y' }, { x: 'y', __error__: 'JSONParserErr' }],
  ['| json', '{"a":1,"b":', {}, { a: '1', __error__: 'JSONParserErr' }],
  [
    '| json',
    '{"app":"foo","next":{"err":false}}',
    { app: 'bar' },
    { app: 'bar', app_extracted: 'foo', next_err: 'false' },
  ],
  ['| json', '{"name":"text1","name":"duplicate"}', {}, { name: 'text1' }],
  [
    '| json',
    '{"id":12345678901234567890,"n":1.0,"e":1e3,"t":true,"nil":null}',
    {},
    { id: '12345678901234567890', n: '1.0', e: '1e3', t: 'true' },
  ],
  [
    '| json',
    '{"__proto__":"x","constructor":{"name":"y"}}',
    {},
    JSON.parse('{"__proto__":"x","constructor_name":"y"}'),
  ],
  ['| json app="app"', document, {}, { app: 'foo' }],
  ['| json test="[\\"field with space\\"]"', document, {}, { test: 'value' }],
  ['| json app, ns="namespace"', document, {}, { app: 'foo', ns: 'prod' }],
  ['| json utf8=`["field with ÜFT8👌"]`', document, {}, { utf8: 'value' }],
  ['| json uuid="pod.uuid"', document, {}, { uuid: 'foo' }],
  ['| json uuid=`pod["uuid"]`', document, {}, { uuid: 'foo' }],
  ['| json uuid=`["pod"]["uuid"]`', document, {}, { uuid: 'foo' }],
  ['| json uuid=`["pod"].uuid`', document, {}, { uuid: 'foo' }],
  ['| json param="pod.deployment.params[0]"', document, {}, { param: '1' }],
  ['| json params="pod.deployment.params"', document, {}, { params: '[1,2,3]' }],
  ['| json deployment="pod.deployment"', document, {}, { deployment: '{"ref":"foobar", "params": [1,2,3]}' }],
  ['| json nope="pod.nope", nf="null_field", b="bool_field"', document, {}, { b: 'false' }],
  ['| json uuid="pod.uuid"', document, { uuid: 'bar' }, { uuid: 'bar', uuid_extracted: 'foo' }],
  ['| json size="request.size.invalid"', document, { uuid: 'bar' }, { uuid: 'bar' }],
  ['| json uuid="will.not.work"', 'invalid json', { foo: 'bar' }, { foo: 'bar', __error__: 'JSONParserErr' }],
  ['| json uuid="will.not.work"', '', { foo: 'bar' }, { foo: 'bar' }],

  [
    '| logfmt',
    'at=info method=GET path=/ host=grafana.net fwd="124.133.124.161" service=8ms status=200',
    {},
    {
      at: 'info',
      method: 'GET',
      path: '/',
      host: 'grafana.net',
      fwd: '124.133.124.161',
      service: '8ms',
      status: '200',
    },
  ],
  ['| logfmt --strict', 'foobar====wqe=sdad1r', { foo: 'bar' }, { foo: 'bar', __error__: 'LogfmtParserErr' }],
  ['| logfmt', 'foobar====wqe=sdad1r ok=1', { foo: 'bar' }, { foo: 'bar', ok: '1' }],
  ['| logfmt', 'buzz=foo bar=\ufffdf', {}, { buzz: 'foo' }],
  ['| logfmt', 'buzz bar=foo', {}, { bar: 'foo' }],
  ['| logfmt', 'foobar="foo bar" latency=10ms', { foo: 'bar' }, { foo: 'bar', foobar: 'foo bar', latency: '10ms' }],
  ['| logfmt', String.raw`foobar="foo\nbar\tbaz"`, {}, { foobar: 'foo\nbar\tbaz' }],
  ['| logfmt', 'foobar="foo\nbar\tbaz"', {}, { foobar: 'foo\nbar\tbaz' }],
  ['| logfmt', String.raw`foobar="foo ba\\r baz"`, {}, { foobar: String.raw`foo ba\r baz` }],
  ['| logfmt', 'foo="foo bar" foobar=10ms', { foo: 'bar' }, { foo: 'bar', foo_extracted: 'foo bar', foobar: '10ms' }],
  [
    '| logfmt',
    'foo="foo bar" foo.bar=10ms test-dash=foo',
    { foo: 'bar' },
    { foo: 'bar', foo_extracted: 'foo bar', foo_bar: '10ms', test_dash: 'foo' },
  ],
  ['| logfmt', '', { foo: 'bar' }, { foo: 'bar' }],
  [
    '| logfmt host, fwd_ip="fwd"',
    'at=info host=grafana.net fwd="124.133.124.161"',
    {},
    { host: 'grafana.net', fwd_ip: '124.133.124.161' },
  ],
  ['| logfmt app', 'app=foo level=error', { app: 'bar' }, { app: 'bar', app_extracted: 'foo' }],
  ['| logfmt lvl="level"', 'level=error', { level: 'debug' }, { level: 'debug', lvl: 'error' }],
  ['| logfmt nope', 'level=error', {}, {}],
  ['| logfmt --strict', '=value', {}, { __error__: 'LogfmtParserErr' }],
  ['| logfmt --strict', 'fo"o=bar', {}, { __error__: 'LogfmtParserErr' }],
  ['| logfmt --strict', 'a=1 foo=bar=buzz b=2', {}, { a: '1', __error__: 'LogfmtParserErr' }],

  ['| regexp "(?P<foo>foo|bar)buzz"', 'blah', { app: 'foo' }, { app: 'foo' }],
  ['| regexp "(?P<foo>.*)buzz"', 'matchebuzz barbuzz', { app: 'bar' }, { app: 'bar', foo: 'matchebuzz bar' }],
  ['| regexp "(?P<bar>bar)buzz"', 'barbuzz', { bar: 'foo' }, { bar: 'foo', bar_extracted: 'bar' }],
  [
    '| regexp `status=(?P<status>\\w+),latency=(?P<latency>\\w+)(ms|ns)`',
    'status=200,latency=500ms',
    {},
    { status: '200', latency: '500' },
  ],
  [
    '| regexp "(?P<method>\\\\w+) (?P<path>[\\\\w|/]+) \\\\((?P<status>\\\\d+?)\\\\) (?P<duration>.*)"',
    'POST /api/prom/api/v1/query_range (200) 1.5s',
    {},
    { method: 'POST', path: '/api/prom/api/v1/query_range', status: '200', duration: '1.5s' },
  ],

  [
    '| pattern `<ip> - - <_> "<method> <uri> <_>" <status> <size> <_> "<agent>" <_>`',
    nginx,
    {},
    {
      ip: '0.191.12.2',
      method: 'GET',
      uri: '/api/plugins/versioncheck',
      status: '200',
      size: '2',
      agent: 'Go-http-client/2.0',
    },
  ],
  [
    '| pattern `<_> msg="<method> <path> (<status>) <latency>"`',
    'level=debug msg="POST /loki/api/v1/push (204) 16.652862ms"',
    {},
    { method: 'POST', path: '/loki/api/v1/push', status: '204', latency: '16.652862ms' },
  ],
  ['| pattern "foo <foo> bar<fuzz>"', 'foo buzz bar', {}, { foo: 'buzz' }],
  ['| pattern "<path>?<_>"', '/api/plugins/versioncheck?slugIn=x', {}, { path: '/api/plugins/versioncheck' }],
  ['| pattern "<path>?<_>"', '/api/plugins/status', {}, { path: '/api/plugins/status' }],
  [
    '| pattern "<_>] <level> [Log partition=<part>, dir=<dir>] "',
    '[2021-05-19 08:35:28,681] INFO [Log partition=p-636-L-fs-117, dir=/data/kafka-logs] Deleting',
    { level: 'x' },
    { level: 'x', level_extracted: 'INFO', part: 'p-636-L-fs-117', dir: '/data/kafka-logs' },
  ],
  ['| pattern "foo <x> bar"', 'a foo b bar', {}, {}],

  ['| unpack', '', { cluster: 'us' }, { cluster: 'us' }],
  ['| unpack', '["foo","bar"]', { cluster: 'us' }, { cluster: 'us', __error__: 'JSONParserErr' }],
  ['| unpack', '{"bar":1,"app":"foo"}', { app: 'bar' }, { app: 'bar' }],

  // Labels made, renamed and taken away (pkg/logql/log/fmt_test.go, drop_labels_test.go, keep_labels_test.go).
  [
    '| label_format foo="{{.foo}} and {{.bar}}"',
    '',
    { foo: 'blip', bar: 'blop' },
    { foo: 'blip and blop', bar: 'blop' },
  ],
  [
    '| label_format blip="{{.foo}} and {{.bar}}",bar=foo',
    '',
    { foo: 'blip', bar: 'blop' },
    { blip: 'blip and blop', bar: 'blip' },
  ],
  ['| label_format status="{{div .status 100 }}"', '', { status: '200' }, { status: '2' }],
  [
    '| label_format blip=`{{.foo | default "-" }} and {{.bar}}`',
    '',
    { bar: 'blop' },
    { blip: '- and blop', bar: 'blop' },
  ],
  ['| label_format a=nothing', '', { x: 'y' }, { x: 'y' }],
  ['| label_format x="{{ div 1 0 }}"', '', { x: 'y' }, { x: 'y', __error__: 'TemplateFormatErr' }],
  [
    '| json | drop level, method="GET"',
    '{"level": "info", "method": "GET", "path": "/", "status": "200"}',
    { job: 'x' },
    { job: 'x', path: '/', status: '200' },
  ],
  ['| json | drop method="POST"', '{"method": "GET"}', {}, { method: 'GET' }],
  ['| json | drop __error__, __error_details__', 'INFO GET / loki.net 200', {}, {}],
  ['| json | drop app=~"some-api.*"', '{"app": "some-api-service", "x": "other"}', {}, { x: 'other' }],
  [
    '| json | keep level, method="GET"',
    '{"level": "info", "method": "GET", "path": "/"}',
    { job: 'x' },
    { level: 'info', method: 'GET' },
  ],
  [
    '| json | keep level, method="GET"',
    '{"level": "info", "method": "POST", "path": "/"}',
    { job: 'x' },
    { level: 'info' },
  ],
  ['| json | keep level', 'no json', { job: 'x' }, { __error__: 'JSONParserErr' }],
]

describe('stages', () => {
  for (const [stages, line, labels, expected] of parsed) {
    test(`${stages} of ${line.slice(0, 60)}`, () => {
      const result = piped(stages, line, labels)
      assert.ok(result)
      assert.deepEqual(withoutDetails(result.labels), expected)
      assert.equal(result.text, line)
    })
  }

  test('unpack puts the packed line in place of the one it came in', () => {
    assert.deepEqual(piped('| unpack', packed, { cluster: 'us', app: 'bar' }), {
      text: 'some message',
      labels: { cluster: 'us', app: 'bar', app_extracted: 'foo', namespace: 'prod' },
    })
  })

  test('say where a malformed pair is', () => {
    assert.equal(
      piped('| logfmt --strict', 'foobar====wqe=sdad1r')!.labels['__error_details__'],
      "logfmt syntax error at pos 8 : unexpected '='",
    )
  })

  test('line_format and decolorize change the line; an error leaves it', () => {
    assert.equal(piped('| json | line_format "{{.a}}-{{__line__}}"', '{"a":1}')!.text, '1-{"a":1}')
    assert.equal(piped('| line_format `{{ div 1 0 }}`', 'as it was')!.text, 'as it was')
    assert.equal(piped('| decolorize', '\u001b[31mred\u001b[0m and \u001b[1;4mbold\u001b[m')!.text, 'red and bold')
  })

  test('see metadata as labels, and do not cover it', () => {
    assert.deepEqual(
      piped('| json | trace = "t1"', '{"trace":"x","user":"ann"}', { app: 'a' }, { trace: 't1' })?.labels,
      {
        app: 'a',
        trace: 't1',
        trace_extracted: 'x',
        user: 'ann',
      },
    )
  })

  test('distinct keeps the first line of each value', () => {
    const expression = parseLogql('{a="b"} | json | distinct user, kind')
    assert.ok(expression.kind === 'log')
    const passes = pipeline(expression.stages, null, () => 0)
    const line = new Line()
    const kept = [
      '{"user":"a","kind":1}',
      '{"user":"a","kind":2}',
      '{"user":"a","kind":1}',
      '{"user":"b","kind":1}',
      '{"kind":1}',
    ].filter((text) => {
      line.begin({ id: '', timestampNs: 0n, line: text, labels: {}, service: '', severity: 0 })
      return passes(line)
    })
    assert.deepEqual(kept, ['{"user":"a","kind":1}', '{"user":"a","kind":2}', '{"user":"b","kind":1}', '{"kind":1}'])
  })
})

type Kept = [stages: string, line: string, labels: Labels, kept: boolean]

const kept: Kept[] = [
  ['|= "foo"', 'a foo b', {}, true],
  ['|= "Foo"', 'a foo b', {}, false],
  ['!= "foo"', 'a foo b', {}, false],
  ['|= "a" or "b"', 'x b', {}, true],
  ['|= "a" or "b"', 'x c', {}, false],
  ['!= "a" or "b"', 'x b', {}, false],
  ['!= "a" or "b"', 'x c', {}, true],
  ['|~ "a.c" or "x+"', 'abc', {}, true],
  ['!~ "a.c" or "x+"', 'xx', {}, false],
  ['|~ `a.c`', 'a\nc', {}, true],
  ['|~ "(?i)ERROR"', 'an error', {}, true],
  ['|= `\\d`', 'a \\d b', {}, true],
  ['|= "\\t\\"\\u00e4\\x41"', '\t"äA', {}, true],
  ['|> "<_> foo <_>"', 'a foo b', {}, true],
  ['|> "<_> foo <_>"', 'a foo', {}, false],
  ['|> "foo <_>"', 'x foo b', {}, false],
  ['!> "foo <_>"', 'foo b', {}, false],
  ['|= ip("192.168.4.5")', 'from 192.168.4.5 to x', {}, true],
  ['|= ip("192.168.4.5")', 'from 192.168.4.50 to x', {}, false],
  ['|= ip("192.168.4.5-192.168.4.20")', 'addr=192.168.4.12:80', {}, true],
  ['|= ip("192.168.4.0/24")', 'addr=192.168.5.12', {}, false],
  ['!= ip("192.168.4.0/24")', 'addr=192.168.5.12', {}, true],
  ['|= ip("2001:db8::/32")', 'peer [2001:db8::1] up', {}, true],
  ['|= ip("10.0.0.0/8") or "x"', 'a 10.2.3.4.', {}, true],
  ['| addr = ip("10.0.0.0/8")', '', { addr: '10.1.1.1' }, true],
  ['| addr != ip("10.0.0.0/8")', '', { addr: '10.1.1.1' }, false],
  ['| addr = ip("10.0.0.0/8")', '', {}, false],
  ['| a = "1"', '', { a: '1' }, true],
  ['| a = ""', '', {}, true],
  ['| a != "1"', '', {}, true],
  ['| a =~ "1|2"', '', { a: '12' }, false],
  ['| a !~ "1.*"', '', { a: '12' }, false],
  ['| status >= 500', '', { status: '503' }, true],
  ['| status == 503', '', { status: '503.0' }, true],
  ['| status != 503', '', { status: '503' }, false],
  ['| status > 500', '', {}, false],
  ['| status > 500', '', { status: 'x' }, true],
  ['| n < -1.5', '', { n: '-2' }, true],
  ['| latency > 250ms', '', { latency: '1.5s' }, true],
  ['| latency <= 1m30s', '', { latency: '1m31s' }, false],
  ['| latency > 250ms', '', { latency: '5' }, true],
  ['| size > 1KB', '', { size: '1.5 kB' }, true],
  ['| size > 1KiB', '', { size: '1024' }, false],
  ['| size == 2MB', '', { size: '2,000,000' }, true],
  ['| a="x" or b="y" and c="z"', '', { a: 'x' }, true],
  ['| (a="x" or b="y") and c="z"', '', { a: 'x' }, false],
  ['| a="x", c="z"', '', { a: 'x' }, false],
  ['| a="x" c="z"', '', { a: 'x', c: 'z' }, true],
  ['| a="x" c="z"', '', { a: 'x', c: 'y' }, false],
  ['| json | __error__ = ""', 'text', {}, false],
  ['| json | __error__ = "JSONParserErr"', 'text', {}, true],
  ['| json | n > 5', 'text', {}, true],
  ['| json | n > 5 | n = ""', 'text', {}, true],
]

describe('filters', () => {
  for (const [stages, line, labels, expected] of kept) {
    test(`${stages} ${expected ? 'keeps' : 'drops'} ${JSON.stringify(line)} ${JSON.stringify(labels)}`, () => {
      assert.equal(piped(stages, line, labels) !== null, expected)
    })
  }

  test('mark what they cannot read', () => {
    assert.equal(piped('| latency > 250ms', '', { latency: 'soon' })!.labels['__error__'], 'LabelFilterErr')
  })
})

describe('hostile lines', () => {
  const lines = [
    '5'.repeat(100_000),
    'a'.repeat(100_000),
    ':'.repeat(100_000),
    `1${' '.repeat(100_000)}!`,
    `{"a":1${'5'.repeat(100_000)}`,
    '{"a":'.repeat(20_000),
    '['.repeat(100_000),
    '['.repeat(50_000) + ']'.repeat(50_000),
    `{"a":"${'\\"'.repeat(50_000)}`,
    '"'.repeat(100_000),
    'a="'.repeat(30_000),
    `%${'0'.repeat(100_000)}`,
    '\u001b['.repeat(50_000),
    'MST'.repeat(30_000),
  ]
  const stages = [
    '| json',
    '| json a="a.b[0]"',
    '| logfmt',
    '| logfmt --strict',
    '| unpack',
    '| decolorize',
    '|= ip("1.2.3.4")',
    '|> "<_>a<_>b<_>c"',
    '| regexp "(?P<a>\\\\w+)=(?P<b>.*)x"',
    '| pattern "<x>" | x > 5 or x > 5s or x > 5KB or x = ip("1.2.3.4")',
    '| line_format `{{ printf __line__ 1 2 }}{{ title __line__ }}{{ trim __line__ }}{{ int __line__ }}`',
    '| line_format `{{ toDate __line__ "x" | unixEpoch }}{{ __line__ | toDate "2006 MST" | unixEpoch }}`',
    '| line_format `{{ fromJson __line__ }}`',
    '| line_format `{{ duration __line__ }}`',
    '| line_format `{{ bytes __line__ }}`',
  ]
  for (const stage of stages) {
    test(`cost ${stage} little`, () => {
      for (const line of lines) {
        const began = performance.now()
        piped(stage, line)
        assert.ok(performance.now() - began < 3_000, line.slice(0, 10))
      }
    })
  }
})

describe('what is left to the store', () => {
  const where = (stages: string) => {
    const expression = parseLogql(`{a="b"} ${stages}`)
    assert.ok(expression.kind === 'log')
    const { filter, stages: rest } = selection(expression)
    assert.deepEqual(filter.matchers, [{ name: 'a', op: '=', value: 'b' }])
    return { where: filter.where, rest: rest.map(({ kind }) => kind) }
  }
  const contains = (text: string) => ({ op: 'contains', text, caseSensitive: true })

  test('are line filters, also behind stages that leave the line', () => {
    assert.deepEqual(where('|= "x" | json |~ "y." | n > 1 != "z" or "w"'), {
      where: {
        op: 'and',
        of: [
          contains('x'),
          { op: 'matches', pattern: '(?s)y.' },
          { op: 'not', of: { op: 'or', of: [contains('z'), contains('w')] } },
        ],
      },
      rest: ['json', 'labelFilter'],
    })
  })

  test('are no line filters behind stages that change the line', () => {
    assert.deepEqual(where('| line_format "a" |= "x"'), { where: undefined, rest: ['lineFormat', 'lineFilter'] })
    assert.deepEqual(where('| unpack |= "x"'), { where: undefined, rest: ['unpack', 'lineFilter'] })
    assert.deepEqual(where('| decolorize |= "x"'), { where: undefined, rest: ['decolorize', 'lineFilter'] })
  })

  test('are the literals of patterns, which are tried here', () => {
    assert.deepEqual(where('|> "<_>foo <_> bar" |= ip("1.2.3.4")'), {
      where: { op: 'and', of: [contains('foo '), contains(' bar')] },
      rest: ['lineFilter', 'lineFilter'],
    })
  })
})

type Refused = [query: string, column: number, message: RegExp]

const refused: Refused[] = [
  ['', 1, /unexpected end of the query/],
  ['{a="b"', 7, /unexpected end of the query, expecting a matcher/],
  ['{a=b}', 4, /unexpected/],
  ['{a="b"} |= ', 12, /expecting a quoted text/],
  ['{a="b"} | json |', 17, /unexpected/],
  ['{a="b"}\n  | foo', 8, /line 2/],
  ['{}', 1, /at least one regexp or equality matcher/],
  ['{a=~".*"}', 1, /at least one regexp or equality matcher/],
  ['{a!="x"}', 1, /at least one regexp or equality matcher/],
  ['{a=~"("}', 5, /regular expression/],
  ['{a="b"} |~ "("', 12, /regular expression/],
  ['{a="b"} | regexp "w.*"', 18, /at least one named capture/],
  ['{a="b"} | regexp "f(.*) (foo|bar)"', 18, /at least one named capture/],
  ['{a="b"} | regexp "(?P<foo>foo)(?P<foo>barr)"', 18, /regular expression/],
  ['{a="b"} | regexp "(?P<foo$>foo)"', 18, /regular expression/],
  ['{a="b"} | pattern "<_>"', 19, /at least one capture/],
  ['{a="b"} | pattern "<f><g>"', 19, /consecutive capture/],
  ['{a="b"} | pattern "<f> f<f>"', 19, /duplicate capture/],
  ['{a="b"} |> "<f> x"', 12, /named captures are not allowed/],
  ['{a="b"} | json app="field with space"', 20, /cannot parse expression/],
  ['{a="b"} | json app=`["pod"`', 20, /cannot parse expression/],
  ['{a="b"} | json app="pod..uuid"', 20, /cannot parse expression/],
  ['{a="b"} | line_format "{{ .a"', 23, /template/],
  ['{a="b"} | line_format "{{ nope }}"', 23, /function "nope" not defined/],
  ['{a="b"} | label_format a=b,a=c', 28, /multiple label name 'a'/],
  ['{a="b"} | label_format __error__=b', 24, /cannot be formatted/],
  ['{a="b"} |= ip("1.2.3")', 15, /no address/],
  ['{a="b"} |~ ip("1.2.3.4")', 9, /ip\(\) is for/],
  ['{a="b"} |= "\\q"', 12, /unknown escape/],
  ['rate({a="b"})', 13, /./],
  ['rate({a="b"}[0s])', 13, /longer than 0/],
  ['rate({a="b"}[5m]) offset 5m', 19, /unexpected/],
  ['sum_over_time({a="b"}[5m])', 1, /invalid aggregation sum_over_time without unwrap/],
  ['count_over_time({a="b"} | unwrap x [5m])', 1, /invalid aggregation count_over_time with unwrap/],
  ['count_over_time({a="b"}[5m]) by (x)', 30, /grouping not allowed for count_over_time aggregation/],
  ['sum_over_time({a="b"} | unwrap x [5m]) by (x)', 40, /grouping not allowed for sum_over_time aggregation/],
  ['quantile_over_time({a="b"} | unwrap x [5m])', 1, /parameter required for operation quantile_over_time/],
  ['rate(5, {a="b"}[5m])', 6, /parameter 5 not supported for operation rate/],
  ['topk(rate({a="b"}[5m]))', 1, /parameter required for operation topk/],
  ['topk(0, rate({a="b"}[5m]))', 6, /invalid parameter \(must be greater than 0\) topk\(0/],
  ['sum(3, rate({a="b"}[5m]))', 5, /unsupported parameter for operation sum/],
  ['sort(rate({a="b"}[5m])) by (x)', 25, /doesn't allow grouping/],
  ['1 and rate({a="b"}[5m])', 1, /unexpected literal for left leg of logical\/set binary operation \(and\)/],
  ['rate({a="b"}[5m]) + bool 1', 1, /bool modifier can only be used on comparison operators/],
  ['{a="b"} + 1', 1, /log query/],
  ['label_replace(rate({a="b"}[5m]), "0x", "$1", "b", "(.*)")', 34, /invalid label name/],
  ['label_replace(rate({a="b"}[5m]), "x", "$1", "b", "(")', 50, /regular expression/],
]

describe('what is no LogQL', () => {
  for (const [query, column, message] of refused) {
    test(`${query || 'nothing'} is refused at column ${column}`, () => {
      assert.throws(
        () => parseLogql(query),
        (error) => {
          assert.ok(error instanceof AppError, String(error))
          assert.equal(error.code, 'VALIDATION_FAILED')
          assert.match(error.message, message)
          assert.equal((error.details['position'] as { column: number }).column, column, error.message)
          return true
        },
      )
    })
  }

  test('is told from LogQL without other failures, whatever it is made of', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '(',
      ')',
      '[',
      ']',
      ',',
      '|',
      '=',
      '!=',
      '=~',
      '>',
      '>=',
      '"x"',
      '`y`',
      '"',
      'a',
      'b',
      '5',
      '1.5',
      '-',
      '+',
      '/',
      '^',
      '5m',
      '[5m]',
      '1KB',
      '{a="b"}',
      'rate(',
      'sum(',
      'sum by (a) (',
      'by (a)',
      'topk(2,',
      'vector(1)',
      'label_replace(',
      'count_over_time({a="b"}[1m])',
      'offset 5m',
      'bool',
      'on (a)',
      'group_left',
      '| json',
      '| logfmt',
      '--strict',
      '| unwrap a',
      '| unwrap duration(a)',
      '|= "x"',
      '| a="b"',
      '| drop a',
      '| keep',
      '| distinct a',
      '| label_format a=b',
      '| line_format "{{.a}}"',
      'or',
      'and',
      'unless',
      'ip("1.2.3.4")',
      '#',
      ' ',
      '\n',
    )
    let understood = 0
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.constantFrom('', ' '),
        fc.boolean(),
        (pieces, between, starts) => {
          const query = `${starts ? '{a="b"} ' : ''}${pieces.join(between)}`
          try {
            parseLogql(query)
            understood++
          } catch (error) {
            assert.ok(error instanceof AppError, `${query}: ${String(error)}`)
            const { from, to } = error.details['position'] as { from: number; to: number }
            assert.ok(from >= 0 && from <= to && to <= query.length, `${query}: ${from} to ${to}`)
          }
        },
      ),
      { numRuns: 20_000 },
    )
    assert.ok(understood > 200, `only ${understood} were understood`)
  })

  test('costs little, however it is made', () => {
    const began = performance.now()
    for (const query of [
      '('.repeat(20_000),
      `{a="b"}${' | json'.repeat(5_000)}`,
      '1'.repeat(50_000),
      '1+'.repeat(20_000),
      `${'('.repeat(20_000)}1${')'.repeat(20_000)}`,
      `${'1+'.repeat(20_000)}1`,
      `sum by (${'a,'.repeat(30_000)}a) (vector(1))`,
      `{a="b"} | ${'('.repeat(20_000)}a="b"${')'.repeat(20_000)}`,
      `{a="b"} |= "a"${' or "b"'.repeat(15_000)}`,
      `{${'a="b",'.repeat(10_000)}`,
    ]) {
      try {
        parseLogql(query)
      } catch (error) {
        assert.ok(error instanceof AppError, String(error))
      }
    }
    assert.ok(performance.now() - began < 10_000, String(performance.now() - began))
  })
})
