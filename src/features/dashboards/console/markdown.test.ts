import assert from 'node:assert/strict'
import { it } from 'node:test'
import { parseMarkdown } from './markdown.ts'

const text = (words: string) => ({ kind: 'text', text: words })

it('reads headings, paragraphs, lists, code and rules', () => {
  const blocks = parseMarkdown('# Title #\nfirst\nsecond\n\n- a\n- **b**\n\n1. one\n2) two\n\n```\n<b>\n```\n---\nend')
  assert.deepEqual(blocks, [
    { kind: 'heading', level: 1, inside: [text('Title')] },
    { kind: 'paragraph', inside: [text('first second')] },
    { kind: 'list', ordered: false, items: [[text('a')], [{ kind: 'strong', inside: [text('b')] }]] },
    { kind: 'list', ordered: true, items: [[text('one')], [text('two')]] },
    { kind: 'code', text: '<b>' },
    { kind: 'rule' },
    { kind: 'paragraph', inside: [text('end')] },
  ])
})

it('reads marks within a line, and leaves names with underscores alone', () => {
  assert.deepEqual(parseMarkdown('a *b* `c` [d](https://e.f/g) my_metric_name'), [
    {
      kind: 'paragraph',
      inside: [
        text('a '),
        { kind: 'em', inside: [text('b')] },
        text(' '),
        { kind: 'code', text: 'c' },
        text(' '),
        { kind: 'link', href: 'https://e.f/g', inside: [text('d')] },
        text(' my_metric_name'),
      ],
    },
  ])
})

it('links that could do harm, and HTML, stay text', () => {
  for (const hostile of [
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert`1`)',
    '[x](data:text/html,x)',
    '[x](//evil.example)',
    '[x](/\\evil.example)',
    '<img src=x onerror=alert(1)>',
  ]) {
    const kinds = JSON.stringify(parseMarkdown(hostile))
    assert.doesNotMatch(kinds, /"kind":"link"/, hostile)
  }
})

it('takes no longer for what never closes', () => {
  const started = performance.now()
  for (const part of ['*', '_a', '`', '[', '**a', '[a](']) parseMarkdown(part.repeat(8_000))
  assert.ok(performance.now() - started < 2_000)
})
