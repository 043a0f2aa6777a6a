import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  allValues,
  chosenParam,
  interpolate,
  labelQuery,
  labelQueryParts,
  labelQueryText,
  timeWords,
  valuesOf,
  type Scope,
} from './variables.ts'
import type { Variable } from './queries.ts'

const scope: Scope = new Map([
  ['one', { values: ['a"b\\c'], isPattern: false }],
  ['many', { values: ['x.y', 'z|"'], isPattern: true }],
  ['single', { values: ['10.0.0.7:9100'], isPattern: true }],
  ['all', { values: [allValues], isPattern: true }],
])

describe('interpolate', () => {
  it('quotes a single value for the text it stands in', () => {
    assert.equal(interpolate('up{a="$one"}', scope), String.raw`up{a="a\"b\\c"}`)
  })

  it('writes several values as a regular expression, each literally', () => {
    assert.equal(interpolate('up{a=~"$many"}', scope), String.raw`up{a=~"(x\\.y|z\\|\")"}`)
    assert.equal(interpolate('up{a=~"${single}"}', scope), String.raw`up{a=~"10\\.0\\.0\\.7:9100"}`)
    assert.equal(interpolate('up{a=~"$all"}', scope), 'up{a=~".*"}')
  })

  it('leaves alone what is no variable, and knows the words of time', () => {
    const words = timeWords({ fromMs: 0, toMs: 3_600_000, stepMs: 120_000 })
    assert.equal(interpolate('rate(x[$__rate_interval]) + $nope + $1', scope, words), 'rate(x[135s]) + $nope + $1')
    assert.equal(interpolate('x[$__range] / $__interval_ms', scope, words), 'x[3600s] / 120000')
    assert.equal(interpolate('${many:csv} ${one:raw}', scope), 'x.y,z|" a"b\\c')
  })

  it('a value that looks like a variable is not read again', () => {
    const nested: Scope = new Map([
      ['a', { values: ['$b'], isPattern: false }],
      ['b', { values: ['x'], isPattern: false }],
    ])
    assert.equal(interpolate('$a', nested), '$b')
  })
})

it('what is chosen survives the address, commas included', () => {
  for (const values of [[], ['a'], ['a,b', 'c'], ['$__all']]) {
    assert.deepEqual(chosenParam.read(chosenParam.write(values)), values)
  }
})

it('what counts while nobody has chosen', () => {
  const variable: Variable = {
    type: 'query',
    name: 'a',
    label: '',
    query: 'label_values(a)',
    multi: true,
    include_all: true,
    value: [],
  }
  assert.deepEqual(valuesOf(variable, ['x'], ['y']), ['x'])
  assert.deepEqual(valuesOf(variable, [], ['y']), [allValues])
  assert.deepEqual(valuesOf({ ...variable, include_all: false }, [], ['y', 'z']), ['y'])
  assert.deepEqual(valuesOf({ ...variable, value: ['z'] }, [], ['y', 'z']), ['z'])
})

it('label_values with and without a metric', () => {
  assert.deepEqual(labelQuery('label_values(up{a="b,c"}, instance)'), { label: 'instance', match: 'up{a="b,c"}' })
  assert.deepEqual(labelQuery(' label_values(job) '), { label: 'job', match: undefined })
  assert.equal(labelQuery('query_result(up)'), undefined)
})

it('label_values is written in two fields and read back, half written too', () => {
  for (const parts of [
    { match: 'up{a="b,c"}', label: 'instance' },
    { match: '', label: 'job' },
    { match: 'up', label: '' },
    { match: '', label: '' },
  ])
    assert.deepEqual(labelQueryParts(labelQueryText(parts.match, parts.label)), parts)
  assert.deepEqual(labelQueryParts('label_values(up,job)'), { match: 'up', label: 'job' })
  assert.deepEqual(labelQueryParts('query_result(up)'), { match: 'query_result(up)', label: '' })
})
