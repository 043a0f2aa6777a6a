import assert from 'node:assert/strict'
import { it } from 'node:test'
import { askedBy, gridOf, inBatches } from './asked.ts'
import type { Panel } from './queries.ts'

const panel: Panel = {
  id: 'a',
  type: 'timeseries',
  title: '',
  description: '',
  x: 0,
  y: 0,
  w: 12,
  h: 6,
  unit: 'number',
  decimals: null,
  min: null,
  max: null,
  thresholds: [],
  stacked: false,
  filled: false,
  reduce: 'last',
  content: '',
  queries: [{ expr: 'rate(x{a=~"$a"}[$__rate_interval])', legend: '' }],
}
const hour = { fromMs: 1_795_000_003_210, toMs: 1_795_003_603_210 }

it('steps are handy and the grid is the same for every look within one step', () => {
  const { fromMs, toMs, stepMs } = gridOf(panel, hour)
  assert.equal(stepMs, 15_000)
  assert.deepEqual([fromMs % stepMs, toMs % stepMs], [0, 0])
  assert.deepEqual(gridOf(panel, { fromMs: hour.fromMs + 1_000, toMs: hour.toMs + 1_000 }), { fromMs, toMs, stepMs })
  assert.equal(gridOf({ type: 'status', w: 24 }, hour).stepMs, 60_000)
})

it('fills variables in; panels that only show the present ask for one moment', () => {
  const scope = new Map([['a', { values: ['x', 'y'], isPattern: true }]])
  const [line] = askedBy(panel, hour, scope)
  assert.equal(line!.query, 'rate(x{a=~"(x|y)"}[60s])')
  assert.equal(line!.step_ms, 15_000)
  assert.deepEqual(askedBy({ ...panel, type: 'gauge' }, hour, scope), [{ query: line!.query, to_ms: hour.toMs }])
  assert.equal(askedBy({ ...panel, type: 'gauge', reduce: 'max' }, hour, scope)[0]!.step_ms, 15_000)
  assert.deepEqual(askedBy({ ...panel, type: 'text' }, hour, scope), [])
})

it('asks for what lies between the points where it shows', () => {
  const extremes = (changes: Partial<Panel>) => askedBy({ ...panel, ...changes }, hour, new Map())[0]!.extremes
  for (const changes of [
    {},
    { type: 'status' },
    { type: 'stat', reduce: 'max' },
    { type: 'bar', reduce: 'min' },
  ] as const)
    assert.equal(extremes(changes), true, JSON.stringify(changes))
  for (const changes of [{ stacked: true }, { type: 'stat' }, { type: 'gauge', reduce: 'mean' }] as const)
    assert.equal(extremes(changes), undefined, JSON.stringify(changes))
})

it('no request carries more than fifty queries', () => {
  const wanted = Array.from({ length: 30 }, () => ({ asked: Array.from({ length: 4 }, () => ({ query: 'up' })) }))
  assert.deepEqual(
    inBatches(wanted).map((batch) => batch.length),
    [12, 12, 6],
  )
  assert.deepEqual(inBatches([]), [])
})
