import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fieldOf, foldedLines, piecesOf, summaryOf } from './lineText.ts'

const shownText = (line: string): string =>
  piecesOf(line)
    .map(({ text }) => text)
    .join('')

describe('the pieces of a line', () => {
  it('are the line itself where nothing is special', () => {
    assert.deepEqual(piecesOf('GET /api 200'), [{ text: 'GET /api 200' }])
    assert.deepEqual(piecesOf(''), [])
  })

  it('keep colours as levels and drop every other escape', () => {
    assert.deepEqual(piecesOf('\u001B[31mfailed\u001B[0m and \u001B[1;32mback\u001B[39m.'), [
      { text: 'failed', level: 'error' },
      { text: ' and ' },
      { text: 'back', level: 'ok', isBold: true },
      { text: '.', isBold: true },
    ])
    assert.equal(shownText('\u001B]0;title\u0007a\u001B[2Jb\u001B[10;20Hc\u001B[?25ld'), 'abcd')
    assert.equal(shownText('\u001B[38;5;196mx\u001B[48;2;1;2;3my'), 'xy')
    assert.equal(shownText('\u001B]8;;https://evil.example\u001B\\click\u001B]8;;\u001B\\'), 'click')
  })

  it('take the level nearest to any other colour, and none for greys', () => {
    const levelsOf = (codes: string) => piecesOf(`\u001B[${codes}mx`).map(({ level }) => level)
    for (const [codes, level] of [
      ['38;5;9', 'error'],
      ['38;5;196', 'error'],
      ['38;5;208', 'warn'],
      ['38;5;46', 'ok'],
      ['38;5;33', 'info'],
      ['38;5;201', 'critical'],
      ['38;5;244', undefined],
      ['38;5;15', undefined],
      ['38;2;250;200;0', 'warn'],
      ['38;2;90;90;100', undefined],
      ['38;5', undefined],
      ['48;5;196', undefined],
    ] as const)
      assert.deepEqual(levelsOf(codes), [level], codes)
    assert.deepEqual(levelsOf('38;5;196;1;39'), [undefined])
  })

  it('name signs that nobody would see', () => {
    assert.deepEqual(piecesOf('a\u0000b\tc'), [
      { text: 'a' },
      { text: '\\0', isControl: true },
      { text: 'b' },
      { text: '\\t', isControl: true },
      { text: 'c' },
    ])
    assert.equal(shownText('user\u202Egnp.exe'), 'user\\u202egnp.exe')
    assert.equal(shownText('zero\u200Bwidth'), 'zero\\u200bwidth')
    assert.equal(shownText('\u001B'), '\\x1b')
  })

  it('show what was taken out as a mark', () => {
    assert.deepEqual(piecesOf('from ‹redacted:email› on'), [
      { text: 'from ' },
      { text: 'email', isRedacted: true },
      { text: ' on' },
    ])
  })

  it('mark what was looked for, in any case, and nothing that looks like an expression', () => {
    assert.deepEqual(
      piecesOf('A.b aXb TIMEOUT', ['a.B', 'timeout']).filter(({ isMarked }) => isMarked),
      [
        { text: 'A.b', isMarked: true },
        { text: 'TIMEOUT', isMarked: true },
      ],
    )
  })

  it('are cut where the line has no end', () => {
    assert.equal(shownText('x'.repeat(100_000)).length, 4_001)
  })

  it('are text whatever comes in', () => {
    assert.deepEqual(piecesOf('<img src=x onerror=alert(1)>'), [{ text: '<img src=x onerror=alert(1)>' }])
  })
})

describe('what is read first of a line', () => {
  const fields = { level: 'info', msg: 'started', port: '80', ts: '1', empty: '' }
  const started = { message: 'started', rest: [['port', '80']] }

  it('is the message of JSON and logfmt, then what is not said elsewhere', () => {
    assert.deepEqual(summaryOf({ line: JSON.stringify(fields), fields, metadata: {} }), started)
    assert.deepEqual(summaryOf({ line: 'level=info msg=started port=80', fields, metadata: {} }), started)
  })

  it('is the line itself where it has no message', () => {
    assert.deepEqual(summaryOf({ line: '{"a":1}', fields: { a: '1' }, metadata: {} }), { message: '{"a":1}', rest: [] })
    assert.deepEqual(summaryOf({ line: 'plain', fields: {}, metadata: {} }), { message: 'plain', rest: [] })
  })

  it('is followed by what came beside the line', () => {
    assert.deepEqual(summaryOf({ line: 'hello', fields: {}, metadata: { level: 'info', user: '7' } }), {
      message: 'hello',
      rest: [['user', '7']],
    })
  })
})

describe('a field of a line', () => {
  it('is found in the line, beside it, or among its labels', () => {
    const row = { fields: { a: '1' }, metadata: { a: '2', b: '3' }, labels: { b: '4', c: '5' } }
    assert.deepEqual(
      ['a', 'b', 'c', 'd'].map((name) => fieldOf(row, name)),
      ['1', '3', '5', undefined],
    )
  })
})

describe('a message of many lines', () => {
  const trace = [
    'Error: refused',
    '  at connect (net.js:1)',
    '  at open (db.js:7)',
    '  at run (job.js:3)',
    '  at main (a.js:1)',
  ]

  it('is folded to where it begins and where it ends', () => {
    assert.deepEqual(foldedLines(`${trace.join('\r\n')}\n`), [trace[0], trace[1], 2, trace[4]])
    assert.deepEqual(foldedLines(trace.slice(0, 3).join('\n')), trace.slice(0, 3))
    assert.deepEqual(foldedLines('one'), ['one'])
    assert.deepEqual(foldedLines(''), [''])
  })

  it('keeps the lines that hold what was looked for', () => {
    assert.deepEqual(foldedLines(trace.join('\n'), ['DB.js']), [trace[0], trace[1], trace[2], 1, trace[4]])
  })
})
