import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { flag, integer, list, maybeOneOf, oneOf, parseSearch, stringifySearch, text, type Param } from './search.ts'

const back = <T>(param: Param<T>, value: T): T =>
  param.read(parseSearch(stringifySearch({ x: param.write(value) }))['x'])

describe('search parameters', () => {
  it('leave out of the address what is the default', () => {
    assert.equal(text().write(''), undefined)
    assert.equal(integer(50).write(50), undefined)
    assert.equal(flag().write(false), undefined)
    assert.equal(list().write([]), undefined)
    assert.equal(oneOf(['a', 'b'], 'a').write('a'), undefined)
    assert.equal(maybeOneOf(['a', 'b']).write(undefined), undefined)
  })
  it('fall back where the address holds nonsense', () => {
    assert.equal(integer(50).read('-1'), 50)
    assert.equal(integer(50).read('1e9'), 50)
    assert.equal(oneOf(['a', 'b'], 'a').read('c'), 'a')
    assert.equal(maybeOneOf(['a', 'b']).read('c'), undefined)
  })
  it('come back from the address as they were written', () => {
    assert.equal(back(text(), 'a b&c=d,é'), 'a b&c=d,é')
    assert.equal(back(integer(0), 200), 200)
    assert.equal(back(flag(), true), true)
    assert.deepEqual(back(list(), ['active', 'pending']), ['active', 'pending'])
  })
})

describe('the address', () => {
  it('reads as people would write it', () => {
    assert.equal(
      stringifySearch({ state: 'active,pending', from: '2026-01-31T08:00:00Z', q: undefined }),
      '?state=active,pending&from=2026-01-31T08:00:00Z',
    )
  })
  it('has no question mark without parameters', () => assert.equal(stringifySearch({}), ''))
  it('keeps numbers and quotes plain text', () => assert.deepEqual(parseSearch('?q=1&r=%221%22'), { q: '1', r: '"1"' }))
})
