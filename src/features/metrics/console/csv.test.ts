import assert from 'node:assert/strict'
import { test } from 'node:test'
import { csvOfLines, csvOfRows } from './csv.ts'

test('a row for each time; gaps are empty, names are quoted', () => {
  const text = csvOfLines({ times: [0, 1_000], lines: [{ key: 'a', label: 'up{a="1"}', values: [1, null] }] })
  assert.equal(text, 'time,"up{a=""1""}"\r\n1970-01-01T00:00:00.000Z,1\r\n1970-01-01T00:00:01.000Z,\r\n')
})

test('what a spreadsheet would run is text; negative numbers stay numbers', () => {
  const text = csvOfRows([{ key: 'x', letter: undefined, metric: { host: '=cmd()' }, value: -1.5 }])
  assert.equal(text, "host,value\r\n'=cmd(),-1.5\r\n")
})
