import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesBetween } from './changes.ts'

describe('the difference of two values', () => {
  it('names each field that changed by its path', () => {
    assert.deepEqual(
      changesBetween({ role: 'user', limits: { gpu: 1, cpu: 2 } }, { role: 'admin', limits: { gpu: 2, cpu: 2 } }),
      [
        { path: 'role', before: 'user', after: 'admin' },
        { path: 'limits.gpu', before: 1, after: 2 },
      ],
    )
  })
  it('shows every field of what was made and of what was removed', () => {
    assert.deepEqual(changesBetween(null, { name: 'x' }), [{ path: 'name', before: undefined, after: 'x' }])
    assert.deepEqual(changesBetween({ name: 'x' }, null), [{ path: 'name', before: 'x', after: undefined }])
  })
  it('compares lists as a whole', () => {
    assert.deepEqual(changesBetween({ tags: ['a'] }, { tags: ['a', 'b'] }), [
      { path: 'tags', before: ['a'], after: ['a', 'b'] },
    ])
  })
  it('tells a value that was emptied from one that never was', () => {
    assert.deepEqual(changesBetween({ at: 1 }, { at: null }), [{ path: 'at', before: 1, after: null }])
    assert.deepEqual(changesBetween({ at: null }, {}), [])
  })
  it('finds nothing in what is the same', () =>
    assert.deepEqual(changesBetween({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }), []))
})
