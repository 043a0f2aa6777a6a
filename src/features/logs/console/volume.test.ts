import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { allOf, only, pathsOf, severityAt, volumeOf, withRows, type Volume } from './volume.ts'

const volume: Volume = { fromMs: 0, bucketMs: 1_000, buckets: 3, counts: { info: [1, 0, 3], error: [1, 2, 0] } }
const at = (ms: number) => ({ timestamp: new Date(ms).toISOString(), severity: 'error' as const })

describe('lines over time', () => {
  it('are read from what the search answers', () => {
    assert.deepEqual(
      volumeOf({ from: '1970-01-01T00:00:00.000Z', bucket_ms: 1_000, counts: volume.counts }, 2_800),
      volume,
    )
  })

  it('begin with the first line where there was none', () => {
    const empty = volumeOf({ from: '1970-01-01T00:00:00.000Z', bucket_ms: 1_000, counts: {} }, 2_800)
    assert.equal(empty.buckets, 3)
    assert.deepEqual(withRows(empty, [at(1_500)], 2_800).counts, { error: [0, 1, 0] })
  })

  it('go on with what comes in, by whole bars', () => {
    const next = withRows(volume, [at(2_500), at(4_100), at(4_200)], 4_300)
    assert.deepEqual(next, {
      fromMs: 2_000,
      bucketMs: 1_000,
      buckets: 3,
      counts: { info: [3, 0, 0], error: [1, 0, 2] },
    })
    assert.deepEqual(withRows(volume, [], 2_900), volume)
    assert.deepEqual(withRows(volume, [at(99_500)], 2_900).counts, { info: [1, 0, 3], error: [1, 2, 1] })
    assert.deepEqual(withRows(volume, [at(99_500)], 100_000).counts, { info: [0, 0, 0], error: [0, 0, 1] })
  })

  it('leave the one before as it was', () => {
    withRows(volume, [at(100)], 2_000)
    assert.deepEqual(volume.counts, { info: [1, 0, 3], error: [1, 2, 0] })
  })

  it('count a level that was not there', () => {
    const next = withRows(volume, [{ ...at(1_500), severity: 'warn' }], 2_000)
    assert.deepEqual(next.counts.warn, [0, 1, 0])
    assert.equal(allOf(next), 8)
  })

  it('can be of some levels only', () => {
    assert.deepEqual(only(volume, ['error']).counts, { error: [1, 2, 0] })
    assert.equal(only(volume, []), volume)
  })

  it('are drawn on top of each other, the most severe above', () => {
    const paths = Object.fromEntries(pathsOf(volume).map(({ severity, path }) => [severity, path]))
    assert.equal(paths['info'], 'M0.08 100V66.67h.84V100zM2.08 100V0h.84V100z')
    assert.equal(paths['error'], 'M0.08 66.67V33.33h.84V66.67zM1.08 100V33.33h.84V100z')
    assert.equal(paths['warn'], '')
  })

  it('know what stands where one points', () => {
    assert.equal(severityAt(volume, 0, 0.2), 'info')
    assert.equal(severityAt(volume, 0, 0.5), 'error')
    assert.equal(severityAt(volume, 0, 0.9), undefined)
  })
})
