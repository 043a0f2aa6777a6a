import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { choose, chosenOf, levelsOf, markedTexts, problemIn, termsOf, withLevels, without, withTerm } from './terms.ts'

describe('the parts of a query', () => {
  it('can be taken out one by one', () => {
    const query = 'a  -b "c d" e'
    assert.equal(without(query, termsOf(query)[1]!), 'a "c d" e')
    assert.equal(without(query, termsOf(query)[0]!), '-b "c d" e')
    assert.equal(without(query, termsOf(query)[3]!), 'a  -b "c d"')
  })

  it('are none where it is LogQL, or cannot be read', () => {
    assert.deepEqual(termsOf('{app="api"} |= "x"'), [])
    assert.deepEqual(termsOf('a "b'), [])
  })

  it('are added beside what is there, also beside alternatives', () => {
    assert.equal(withTerm('', 'x'), 'x')
    assert.equal(withTerm('a ', 'x'), 'a x')
    assert.equal(withTerm('a OR b', 'x'), '(a OR b) x')
    assert.equal(withTerm('(a OR b)', 'x'), '(a OR b) x')
  })

  it('tell what is wrong and where', () => {
    assert.equal(problemIn('a b'), undefined)
    assert.equal(problemIn('{not = logfilter'), undefined)
    const { from, to, message } = problemIn('x @ms')!
    assert.deepEqual([from, to], [2, 5])
    assert.match(message, /@field:value/)
  })
})

describe('values that are chosen', () => {
  it('are written so that they are read back', () => {
    for (const value of ['api', 'a b', 'say "x"', 'a,b', '>5', '1..2', 'back\\slash', 'ünï', '(', '/x/', 'a/b.c-d']) {
      for (const field of ['user', 'service', 'http.status']) {
        const query = choose('', field, value, 'include')
        assert.deepEqual(chosenOf(query, field), { included: [value], excluded: [] }, query)
        assert.equal(termsOf(query).length, 1, query)
        const left = choose(query, field, value, 'exclude')
        assert.deepEqual(chosenOf(left, field), { included: [], excluded: [value] }, left)
        assert.equal(choose(left, field, value, 'neither'), '')
      }
    }
  })

  it('go in, out, and away', () => {
    const included = choose('timeout', 'service', 'api', 'include')
    assert.equal(included, 'timeout service:api')
    assert.equal(choose(included, 'service', 'web', 'include'), 'timeout service:api,web')
    assert.equal(choose('service:api,web x', 'service', 'api', 'neither'), 'service:web x')
    assert.equal(choose('service:api x', 'service', 'api', 'exclude'), 'x -service:api')
    assert.equal(choose('x -service:api', 'service', 'api', 'include'), 'x service:api')
    assert.equal(choose('@user:7 x', 'user', '7', 'neither'), 'x')
    assert.equal(choose('a OR b', 'service', 'api', 'include'), '(a OR b) service:api')
  })

  it('leave spaces inside of phrases as they are', () => {
    assert.equal(choose('"a  b" service:api', 'service', 'api', 'neither'), '"a  b"')
  })

  it('become filters of labels in LogQL', () => {
    assert.equal(choose('{app="x"}', 'service', 'a"b', 'include'), String.raw`{app="x"} | service_name = "a\"b"`)
    assert.equal(choose('{app="x"}', 'http.status', '500', 'exclude'), '{app="x"} | http_status != "500"')
  })
})

describe('levels', () => {
  it('are one part of the query, in whatever spelling', () => {
    assert.deepEqual(levelsOf('a level:error,WARN'), ['error', 'warn'])
    assert.equal(withLevels('a level:error b', ['warn', 'info']), 'a b level:warn,info')
    assert.equal(withLevels('a level:error b', []), 'a b')
    assert.equal(withLevels('a', ['error']), 'a level:error')
    assert.equal(withLevels('a OR b', ['error']), '(a OR b) level:error')
  })
})

describe('what is marked in the lines', () => {
  it('is words and phrases that must be there', () => {
    assert.deepEqual(markedTexts('timeout "could not" -retry /x+/ level:error @a:b'), ['timeout', 'could not'])
  })
})
