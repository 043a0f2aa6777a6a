import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Random } from '../../../../test/support/random.ts'
import { regressionOf, type Measured, type Sensitivity } from './regression.ts'

const usual: Sensitivity = { deviations: 6, ratio: 1.5, requestsMin: 50, deviationFloor: 0.02 }

/** Normally distributed, by the sum of twelve. */
const normal = (random: Random): number => Array.from({ length: 12 }, () => random.next()).reduce((a, b) => a + b) - 6

/** Durations about 200 ms that vary by a sixth, with an outlier now and then, as real ones do. */
function noisy(random: Random, factor = 1): Measured {
  const outlier = random.chance(0.03) ? 1.4 : 1
  return { value: Math.max(0.01, (0.2 + 0.03 * normal(random)) * outlier * factor), requests: 200 }
}

const days = (random: Random): Measured[] => Array.from({ length: 35 }, () => noisy(random))

describe('regressions', () => {
  test('noise alone raises no alert in 1,000 draws', () => {
    const random = new Random(1)
    const raised = Array.from({ length: 1_000 }, () => regressionOf(noisy(random), days(random), usual))
    assert.equal(raised.filter((evidence) => evidence !== undefined).length, 0)
  })

  test('a step to more than twice as much is found, with what it rests on', () => {
    const random = new Random(2)
    const evidence = regressionOf({ value: 0.45, requests: 120 }, days(random), usual)!
    assert.ok(Math.abs(evidence.baseline - 0.2) < 0.03 && evidence.mad > 0.01 && evidence.mad < 0.08)
    assert.deepEqual([evidence.current, evidence.requests, evidence.compared], [0.45, 120, 35])
  })

  test('a step to twice as much is found in nearly all of 1,000 draws of a steady route', () => {
    const random = new Random(3)
    const steady = (factor: number): Measured => ({ value: factor * (0.2 + 0.008 * normal(random)), requests: 200 })
    const raised = Array.from({ length: 1_000 }, () =>
      regressionOf(
        steady(2),
        Array.from({ length: 35 }, () => steady(1)),
        usual,
      ),
    )
    assert.ok(raised.filter((evidence) => evidence !== undefined).length >= 990)
  })

  test('little traffic and few days prove nothing', () => {
    const random = new Random(4)
    assert.equal(regressionOf({ value: 5, requests: 49 }, days(random), usual), undefined)
    assert.equal(regressionOf({ value: 5, requests: 500 }, days(random).slice(0, 9), usual), undefined)
    const idle = days(random).map(({ value }) => ({ value, requests: 3 }))
    assert.equal(regressionOf({ value: 5, requests: 500 }, idle, usual), undefined)
    assert.equal(regressionOf({ value: Number.NaN, requests: 500 }, days(random), usual), undefined)
  })

  test('days that went badly do not move what is usual', () => {
    const random = new Random(5)
    const mixed = days(random).map((one, index) => (index % 5 === 0 ? { ...one, value: 30 } : one))
    assert.ok(regressionOf({ value: 0.6, requests: 200 }, mixed, usual))
  })

  test('a route that never failed may fail once', () => {
    const never = Array.from({ length: 35 }, () => ({ value: 0, requests: 200 }))
    const errors: Sensitivity = { deviations: 6, ratio: 2, requestsMin: 50, deviationFloor: 0.005 }
    assert.equal(regressionOf({ value: 0.01, requests: 100 }, never, errors), undefined)
    assert.ok(regressionOf({ value: 0.1, requests: 100 }, never, errors))
  })
})
