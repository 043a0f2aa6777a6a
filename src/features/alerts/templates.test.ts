import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AppError } from '#kernel/errors.ts'
import { checkTemplate, fromGo, render } from './templates.ts'

const subject = { labels: { host: 'a<b>', __proto__x: 'y' }, value: 12.345, threshold: 10 }

describe('texts of alerts', () => {
  const rendered: [template: string, text: string][] = [
    ['nothing to fill in', 'nothing to fill in'],
    ['{{ labels.host }} has {{ value | round: 1 }} of {{ threshold }}', 'a<b> has 12.3 of 10'],
    ['{% if value > 10 %}much{% else %}little{% endif %}', 'much'],
    ['{{ labels.missing }}|{{ nothing.at.all }}', '|'],
    ['{{ 1234567 | humanize }} {{ 0.256 | humanizePercentage }}', '1.235M 25.6%'],
    ['{{ labels.constructor }}{{ labels.__proto__ }}{{ labels.toString }}', ''],
  ]
  for (const [template, text] of rendered) test(template, () => assert.equal(render(template, subject), text))

  for (const template of [
    '{{ x',
    '{% if %}',
    '{{ value | nofilter }}',
    '{% unknown %}',
    'x'.repeat(30_000) + '{{ y }}',
  ])
    test(`refuses ${template.slice(0, 30)}`, () => assert.throws(() => checkTemplate('summary', template), AppError))

  test('reads no files', () => {
    for (const template of [
      '{% include "/etc/passwd" %}',
      '{% render "../../package.json" %}',
      '{% layout "/etc/passwd" %}',
    ])
      assert.doesNotMatch(render(template, subject), /root:|"name"/)
  })

  test('ends early what would take for ever, and gives the text as it was written', () => {
    const nested = '{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}'
    const startedAt = performance.now()
    assert.equal(render(nested, subject), nested)
    assert.ok(performance.now() - startedAt < 5_000)
    assert.ok(render("{{ 'x' | append: 'y' }}{% assign a = 'aaaaaaaaaa' %}{{ a }}", subject).length < 100)
  })

  test('takes from Go what means the same', () => {
    assert.equal(fromGo('{{ $labels.host }} {{ $value }} $labelsx'), '{{ labels.host }} {{ value }} $labelsx')
  })
})
