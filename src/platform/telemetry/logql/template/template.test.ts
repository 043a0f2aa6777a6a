import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Line } from '../line.ts'
import { parseTemplate } from './parse.ts'
import { render, TemplateError } from './render.ts'

const atNs = 1_656_353_124_120_000_000n
const nowMs = Date.UTC(2024, 1, 29, 13, 4, 5, 678)

function rendered(template: string, labels: Record<string, string> = {}, text = 'the line'): string {
  const line = new Line()
  line.begin({ id: '', timestampNs: atNs, line: text, labels, service: '', severity: 0 })
  return render(parseTemplate(template), { line, now: () => nowMs })
}

type Case = [template: string, labels: Record<string, string>, expected: string]

/** As Loki's documentation of template functions and its table of formatter tests (pkg/logql/log/fmt_test.go) have it. */
const lokis: Case[] = [
  ['foo{{.foo}}buzz{{  .bar  }}', { foo: 'blip', bar: 'blop' }, 'fooblipbuzzblop'],
  ['foo{{.foo}}buzz{{ Replace .bar "blop" "bar" -1 }}', { foo: 'blip', bar: 'blop' }, 'fooblipbuzzbar'],
  ['{{ .bar | replace "blop" "bar" }}', { bar: 'blop' }, 'bar'],
  ['{{.foo | title }}', { foo: 'blip' }, 'Blip'],
  ['{{.foo | substr 1 3 }} {{ .bar | trunc 1 }} {{ .bar | trunc 3 }}', { foo: 'blip', bar: 'blop' }, 'li b blo'],
  [
    '{{.foo | trim }} {{ .bar | trimAll "op" }} {{ .bar | trimPrefix "b" }} {{ .bar | trimSuffix "p" }}',
    { foo: '  blip ', bar: 'blop' },
    'blip bl lop blo',
  ],
  ['{{.foo | lower }} {{ .bar | upper }}', { foo: 'BLIp', bar: 'blop' }, 'blip BLOP'],
  ['{{ "foo" | repeat 3 }}', {}, 'foofoofoo'],
  ['{{ "foo\\n bar" | indent 4 }}', {}, '    foo\n     bar'],
  ['{{ "foo" | nindent 2 }}', {}, '\n  foo'],
  ['{{ if .foo | contains "p"}}yes{{end}}-{{ if .foo | contains "z"}}no{{end}}', { foo: 'BLIp' }, 'yes-'],
  ['{{ if .foo | hasPrefix "BL" }}yes{{end}}-{{ if .foo | hasPrefix "p"}}no{{end}}', { foo: 'BLIp' }, 'yes-'],
  ['{{ if .foo | hasSuffix "Ip" }}yes{{end}}-{{ if .foo | hasSuffix "pw"}}no{{end}}', { foo: 'BLIp' }, 'yes-'],
  ['{{ regexReplaceAll "(p)" .foo "t" }}', { foo: 'BLIp' }, 'BLIt'],
  ['{{ regexReplaceAll "(a*)bc" .foo "${1}a" }}', { foo: 'aabcx' }, 'aaax'],
  ['{{ regexReplaceAllLiteral "(p)" .foo "${1}" }}', { foo: 'BLIp' }, 'BLI${1}'],
  ['foo {{.foo}}buzz{{  .bar  }}', { bar: 'blop' }, 'foo buzzblop'],
  ['foo {{.foo | ToUpper }} buzz{{  .bar  }}', { foo: 'blip', bar: 'blop' }, 'foo BLIP buzzblop'],
  ['{{ add .foo 1 | sub .bar | mul .baz | div .bazz}}', { foo: '1', bar: '3', baz: '10', bazz: '20' }, '2'],
  [
    '{{ addf .foo 1.5 | subf .bar 1.5 | mulf .baz | divf .bazz }}',
    { foo: '1.5', bar: '5', baz: '10.5', bazz: '20.2' },
    '3.8476190476190477',
  ],
  [
    '{{ round (addf .foo 1.5 | subf .bar | mulf .baz | divf .bazz) 5 .2}}',
    { foo: '1.5', bar: '3.5', baz: '10.5', bazz: '20.4' },
    '3.88572',
  ],
  [
    'min is {{ min .foo .bar .baz }} and max is {{ max .foo .bar .baz }}',
    { foo: '5', bar: '10', baz: '15' },
    'min is 5 and max is 15',
  ],
  [
    'minf is {{ minf .foo .bar .baz }} and maxf is {{maxf .foo .bar .baz}}',
    { foo: '5.3', bar: '10.5', baz: '15.2' },
    'minf is 5.3 and maxf is 15.2',
  ],
  ['ceil is {{ ceil .foo }} and floor is {{floor .foo }}', { foo: '5.3' }, 'ceil is 6 and floor is 5'],
  ['mod is {{ mod .foo 3 }}', { foo: '20' }, 'mod is 2'],
  ['{{ "2.5" | float64 | int | add 10}}', {}, '12'],
  [
    '{{ sub (unixEpoch (toDate "2006-01-02" "2021-11-02")) (unixEpoch (toDate "2006-01-02" "2021-11-01")) }}',
    {},
    '86400',
  ],
  ['{{ date "2006-01-02" (toDate "2006-01-02" "2021-11-02") }}', {}, '2021-11-02'],
  ['{{ div (unixEpoch now) (unixEpoch now) }}', {}, '1'],
  ['{{ __line__ }} bar {{ .bar }}', { bar: '2' }, 'the line bar 2'],
  ['{{.foo | default "-" }}{{.bar | default "-"}}{{.unknown | default "-"}}', { foo: 'blip' }, 'blip--'],
  ['{{ __timestamp__ | date "2006-01-02T15:04:05.00Z00:00" }}', {}, '2022-06-27T18:05:24.12Z00:00'],
  ['{{ __timestamp__ | unixEpoch }}', {}, '1656353124'],
  ['{{with .foo}}{{printf "%q" .}} {{end}}', { foo: 'a' }, '"a" '],
  ['{{with .foo}}{{printf "%q" .}}{{else}}{{ .buzz | lower }}{{end}}', { buzz: 'B' }, 'b'],
  ['{{ .path | replace " " "_" | trunc 5 | upper }}', { path: 'a b c d' }, 'A_B_C'],
  ['{{ if and (contains "he" "hello") (contains "llo" "hello") }}yes{{end}}', {}, 'yes'],
  [
    '{{ if contains "ErrTimeout" .err }}timeout{{else if contains "he" "hello"}}yes{{else}}no{{end}}',
    { err: 'x' },
    'yes',
  ],
  [
    '{{ alignLeft 5 "hello world"}}|{{ alignLeft 5 "hi"}}|{{ alignRight 5 "hello world"}}|{{ alignRight 5 "hi"}}',
    {},
    'hello|hi   |world|   hi',
  ],
  ['{{ trunc 5 "hello world"}} {{ trunc -5 "hello world"}}', {}, 'hello world'],
  ['{{ substr 0 5 "hello world"}} {{ substr 6 11 "hello world"}}', {}, 'hello world'],
  ['{{ trimAll "$" "$5.00" }} {{ trimPrefix "-" "-hello" }} {{ trimSuffix "-" "hello-" }}', {}, '5.00 hello hello'],
  [
    '{{ add 3 2 5 }} {{ addf 3.5 2 5 }} {{ div 10 2}} {{ divf 10 2 4}} {{ mul 5 2 3}} {{ mulf 5.5 2 2.5 }} {{ sub 5 2 }} {{ subf 5.5 2 1.5 }}',
    {},
    '10 10.5 5 1.25 30 27.5 3 2',
  ],
  [
    '{{ round 123.555555 3 }} {{ round 123.88571428571 5 .2 }} {{ round 123.88571428571 5 }}',
    {},
    '123.556 123.88572 123.88571',
  ],
  ['{{ count "a|b" "abab" }} {{ count "o" "foo" }} {{ __line__ | count "e" }}', {}, '4 2 2'],
  ['{{ range $q := fromJson .queries }}{{ $q.query }};{{ end }}', { queries: '[{"query":"a"},{"query":"b"}]' }, 'a;b;'],
  ['from="{{date "2006-01-02" (unixToTime .from)}}"', { from: '1679577215' }, 'from="2023-03-23"'],
  [
    '{{ printf "%-40.40s" .uri}}|{{printf "%-5.5s" .method}}|{{printf "%5.1f" 3.14159}}|{{printf "%03d" 7}}',
    { uri: '/a', method: 'OPTIONS' },
    `/a${' '.repeat(38)}|OPTIO|  3.1|007`,
  ],
  [
    '{{ .foo | b64enc }} {{ "Zm9v" | b64dec }} {{ urlencode "a b&c/d" }} {{ urldecode "a+b%26c" }}',
    { foo: 'foo' },
    'Zm9v foo a+b%26c%2Fd a b&c',
  ],
  ['{{ .a | duration }} {{ duration_seconds .a }} {{ .b | bytes }}', { a: '1m30.5s', b: '2KB' }, '90.5 90.5 2000'],
]

const goes: Case[] = [
  ['a {{- " b " -}} c', {}, 'a b c'],
  ['{{/* nothing */}}x', {}, 'x'],
  ['{{ $x := .foo }}{{ $x }}{{ $x = "z" }}{{ $x }}{{ $.foo }}', { foo: 'a' }, 'aza'],
  ['{{ if eq .a "1" }}one{{ else if ne .a "2" }}other{{ else }}two{{ end }}', { a: '2' }, 'two'],
  ['{{ if or (lt 2 1) (ge 3 3) }}y{{end}}{{ if not .a }}n{{end}}', {}, 'yn'],
  ['{{ len .a }} {{ index (fromJson .j) "k" 1 }}', { a: 'äb', j: '{"k":[1,2.5]}' }, '3 2.5'],
  [
    '{{ range $i, $e := fromJson .j }}{{ $i }}={{ $e }} {{ else }}none{{ end }}',
    { j: '{"b":1,"a":true}' },
    'a=true b=1 ',
  ],
  ['{{ range fromJson .j }}x{{ else }}none{{ end }}', { j: '[]' }, 'none'],
  ['{{ print "a" 1 2 "b" }} {{ 1.5 }} {{ 1000000.0 }} {{ true }} {{ `raw\\n` }}', {}, 'a 1 2 b 1.5 1e+06 true raw\\n'],
  [
    '{{ printf "%d%% %s %v %x %t" 5 "a" 1.25 255 true }} {{ printf "%d" "x" }} {{ printf "%s" }}',
    {},
    '5% a 1.25 ff true %!d(string=x) %!s(MISSING)',
  ],
  [
    '{{ date "Mon, 02 Jan 2006 15:04:05 MST" now }} {{ date "3:04PM .000" now }}',
    {},
    'Thu, 29 Feb 2024 13:04:05 UTC 1:04PM .678',
  ],
  ['{{ (toDateInZone "2006-01-02 15:04" "Europe/Berlin" "2024-07-01 12:00") | unixEpoch }}', {}, '1719828000'],
  ['{{ (toDate "2006-01-02T15:04:05Z07:00" "2024-07-01T12:00:00.5+02:00") | unixEpochMillis }}', {}, '1719828000500'],
  ['{{ toDate "2006-01-02" "nonsense" | unixEpoch }}', {}, '-62135596800'],
  ['{{ html .a }} {{ urlquery .a }}', { a: '<b>' }, '&lt;b&gt; %3Cb%3E'],
  ['{{ add 9223372036854775807 1 }}', {}, '-9223372036854775808'],
  ['{{ .constructor }}{{ .__proto__ }}{{ .toString }}', {}, ''],
  ['{{ (fromJson .j).constructor }}{{ (fromJson .j).a.b }}', { j: '{"a":{"b":"c"}}' }, '<no value>c'],
]

describe('templates', () => {
  for (const [template, labels, expected] of [...lokis, ...goes]) {
    test(template, () => assert.equal(rendered(template, labels), expected))
  }

  const failing = [
    '{{.foo Replace "foo"}}',
    '{{ .foo | ToUpper | .buzz }}',
    '{{ div 1 0 }}',
    '{{ repeat 100000000 "x" }}',
    '{{ range .foo }}{{ end }}',
    '{{ regexReplaceAll "(" .foo "" }}',
    '{{ ToUpper }}',
    '{{ $nothing }}',
    '{{ index (fromJson "[]") 3 }}',
    '{{ "x" | unixToTime }}',
    '{{ urldecode "%zz" }}',
    '{{ lt "a" 1 }}',
  ]
  for (const template of failing) {
    test(`cannot render ${template}`, () => assert.throws(() => rendered(template, { foo: 'a' }), TemplateError))
  }

  const malformed = [
    '{{',
    '{{ .a',
    '{{ if .a }}',
    '{{ end }}',
    '{{ nope }}',
    '{{ .a | }}',
    '{{ (.a }}',
    '{{ else }}',
    '{{ define "x" }}{{ end }}',
    '{{ "a }}',
    '{{ .a ) }}',
    '{{ if .a }}{{ else }}{{ else }}{{ end }}',
    '{{}}{{ | }}',
  ]
  for (const template of malformed)
    test(`does not accept ${template}`, () => assert.throws(() => parseTemplate(template), SyntaxError))

  test('bounds what a template may cost', () => {
    const nested = '{{ range fromJson .j }}'.repeat(8) + 'x' + '{{ end }}'.repeat(8)
    const j = JSON.stringify(Array.from({ length: 50 }, (_, index) => index))
    const began = performance.now()
    assert.throws(() => rendered(nested, { j }), TemplateError)
    assert.throws(() => rendered('{{ range fromJson .j }}{{ repeat 1000000 "x" }}{{ end }}', { j }), TemplateError)
    assert.throws(() => parseTemplate('{{ if .a }}'.repeat(1_000) + '{{ end }}'.repeat(1_000)), SyntaxError)
    assert.throws(() => parseTemplate(`{{ ${'('.repeat(1_000)}.a${')'.repeat(1_000)} }}`), SyntaxError)
    assert.ok(performance.now() - began < 5_000)
  })
})
