import assert from 'node:assert/strict'
import { test } from 'node:test'
import { beginOf, endOf, isWithin } from './times.ts'
import { TimeWindow } from './window.ts'

const at = (text: string): number => Date.parse(text)
const night = TimeWindow.parse({ from: '22:00', to: '07:00', time_zone: 'Europe/Berlin' })
const fridayNight = TimeWindow.parse({ from: '22:00', to: '07:00', weekdays: ['friday'] })

test('a window past midnight belongs to the day it begins on', () => {
  // 2026-01-02 is a Friday.
  assert.equal(isWithin(fridayNight, at('2026-01-02T21:59:00Z')), false)
  assert.equal(isWithin(fridayNight, at('2026-01-02T22:00:00Z')), true)
  assert.equal(isWithin(fridayNight, at('2026-01-03T06:59:00Z')), true)
  assert.equal(isWithin(fridayNight, at('2026-01-03T07:00:00Z')), false)
  assert.equal(isWithin(fridayNight, at('2026-01-03T22:30:00Z')), false)
  assert.equal(isWithin(fridayNight, at('2026-01-02T06:00:00Z')), false)
})

test('the clocks are those of its time zone, in summer and in winter', () => {
  assert.equal(isWithin(night, at('2026-01-10T21:30:00Z')), true)
  assert.equal(isWithin(night, at('2026-01-10T20:30:00Z')), false)
  assert.equal(isWithin(night, at('2026-07-10T20:30:00Z')), true)
})

test('it ends when its clocks say so, also on the night they are changed', () => {
  assert.equal(endOf([night], at('2026-01-10T23:12:34Z')), at('2026-01-11T06:00:00Z'))
  assert.equal(endOf([night], at('2026-01-10T12:00:00Z')), at('2026-01-10T12:00:00Z'))
  // 29 March 2026, 02:00 becomes 03:00.
  assert.equal(endOf([night], at('2026-03-28T23:00:00Z')), at('2026-03-29T05:00:00Z'))
})

test('windows that touch count as one, and a week without a gap has no end', () => {
  const morning = TimeWindow.parse({ from: '07:00', to: '09:00', time_zone: 'Europe/Berlin' })
  assert.equal(endOf([night, morning], at('2026-01-10T23:00:00Z')), at('2026-01-11T08:00:00Z'))
  const always = TimeWindow.parse({ from: '00:00', to: '00:00' })
  assert.equal(isWithin(always, at('2026-01-10T23:00:00Z')), true)
  assert.equal(endOf([always], at('2026-01-10T23:00:00Z')), undefined)
})

test('the next window begins when its clocks say so, on a day that is its own', () => {
  const inAWeek = at('2026-01-09T12:00:00Z')
  assert.equal(beginOf([night], at('2026-01-02T12:00:30Z'), inAWeek), at('2026-01-02T21:00:00Z'))
  assert.equal(beginOf([night], at('2026-01-02T22:00:30Z'), inAWeek), at('2026-01-02T22:00:30Z'))
  assert.equal(beginOf([fridayNight], at('2026-01-03T07:00:00Z'), inAWeek), undefined)
  assert.equal(
    beginOf([fridayNight], at('2026-01-03T07:00:00Z'), at('2026-01-09T22:00:00Z')),
    at('2026-01-09T22:00:00Z'),
  )
  // 29 March 2026, 02:00 becomes 03:00.
  assert.equal(beginOf([night], at('2026-03-29T12:00:00Z'), at('2026-03-30T12:00:00Z')), at('2026-03-29T20:00:00Z'))
  assert.equal(beginOf([], at('2026-01-02T12:00:00Z'), inAWeek), undefined)
})

test('a time zone that does not exist is refused', () => {
  assert.equal(TimeWindow.safeParse({ from: '22:00', to: '07:00', time_zone: 'Mars/Olympus' }).success, false)
  assert.equal(TimeWindow.safeParse({ from: '24:00', to: '07:00' }).success, false)
})
