import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { keyedTo, onStep, stepOn } from './sliderSteps.ts'

const percent = { min: 0, max: 110 }

describe('steps of a value on an axis', () => {
  const steps: [min: number, max: number, step: number][] = [
    [0, 100, 1],
    [0, 110, 2],
    [0, 1, 0.01],
    [0, 0.0005, 0.000005],
    [-50, 50, 1],
    [0, 8e9, 1e8],
    [5, 5, 1],
  ]
  for (const [min, max, step] of steps)
    test(`${min} to ${max} goes by ${step}`, () => assert.equal(onStep(stepOn({ min, max }), step / 1e3), step))

  test('a value on a step is written as one would write it', () => {
    assert.equal(onStep(0.299_999_99, 0.1), 0.3)
    assert.equal(onStep(85.4, 2), 86)
    assert.equal(onStep(-0.2, 1), 0)
    assert.equal(String(onStep(-0.2, 1)), '0')
  })
})

describe('keys', () => {
  test('arrows go a step, with Shift or as pages ten', () => {
    assert.equal(keyedTo('ArrowUp', false, 84, percent), 86)
    assert.equal(keyedTo('ArrowLeft', false, 84, percent), 82)
    assert.equal(keyedTo('ArrowDown', true, 84, percent), 64)
    assert.equal(keyedTo('PageUp', false, 84, percent), 104)
  })
  test('arrows leave the axis, which then grows', () => assert.equal(keyedTo('ArrowUp', false, 110, percent), 112))
  test('Home and End are the ends of the axis', () => {
    assert.equal(keyedTo('Home', false, 84, percent), 0)
    assert.equal(keyedTo('End', false, 84, percent), 110)
  })
  test('all other keys are left to others', () => {
    for (const key of ['a', 'Enter', 'Tab', 'constructor']) assert.equal(keyedTo(key, false, 84, percent), undefined)
  })
})
