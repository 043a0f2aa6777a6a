import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fitOf } from './paletteFilter.ts'

describe('what the palette finds', () => {
  test('a name that begins so before one with such a word, before one that has it within, before other words for it', () => {
    const fits = [
      fitOf('Audit log', 'aud'),
      fitOf('Activity by user', 'use'),
      fitOf('demo-mara demo-mara@demo.invalid', 'ara'),
      fitOf('Audit log', 'tamp', ['verify', 'tamper']),
    ]
    assert.deepEqual(
      fits,
      fits.toSorted((a, b) => b - a),
    )
    assert.equal(new Set(fits).size, 4)
    assert.ok(fits.every((fit) => fit > 0))
  })

  test('nothing by letters that are only strewn over it', () => {
    assert.equal(fitOf('Preferences', 'dem', ['theme', 'dark', 'light', 'density', 'zone']), 0)
  })

  test('each of several words has to fit', () => {
    assert.ok(fitOf('Create user', 'user cre') > 0)
    assert.equal(fitOf('Create user', 'create role'), 0)
  })
})
