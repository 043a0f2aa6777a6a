import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { convertBoard } from './convert.ts'
import { levelOf } from './words.ts'

const sample = async (name: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(new URL(`samples/${name}.json`, import.meta.url), 'utf8'))

describe('a dashboard in the manner of the node exporter', () => {
  test('panels, units, thresholds and places come over', async () => {
    const { board } = convertBoard(await sample('node'))
    assert.deepEqual(
      [board.title, board.tags, board.from, board.refresh_seconds],
      ['Node Exporter Full', ['linux'], 'now-24h', 60],
    )
    const cpu = board.panels.find(({ title }) => title === 'CPU Busy')!
    assert.deepEqual(
      [cpu.type, cpu.unit, cpu.decimals, cpu.min, cpu.max, cpu.x, cpu.y, cpu.w, cpu.h],
      ['gauge', 'percent', 1, 0, 100, 3, 1, 3, 4],
    )
    assert.deepEqual(cpu.thresholds, [
      { value: 0, level: 'ok' },
      { value: 85, level: 'warn' },
      { value: 95, level: 'error' },
    ])
    assert.match(cpu.queries[0]!.expr, /\$__rate_interval/)
    const basic = board.panels.find(({ title }) => title === 'CPU Basic')!
    assert.deepEqual(
      [basic.unit, basic.stacked, basic.filled, basic.queries.length, basic.queries[0]!.legend],
      ['ratio', true, true, 1, 'Busy System'],
    )
  })

  test('a folded row is unfolded, and what stood below it moves down', async () => {
    const { board } = convertBoard(await sample('node'))
    const at = (title: string): number => board.panels.find((panel) => panel.title === title)!.y
    assert.deepEqual([at('Network Traffic'), at('Filesystems')], [13, 21])
    assert.equal(board.panels[0]!.content, '## Quick CPU / Mem / Disk')
    const traffic = board.panels.find(({ title }) => title === 'Network Traffic')!
    assert.match(traffic.queries[0]!.expr, /instance="\$\{node\}"/)
    assert.equal(board.panels.find(({ title }) => title === 'Filesystems')!.queries[0]!.legend, '')
  })

  test('variables come over, with what was chosen', async () => {
    const { board } = convertBoard(await sample('node'))
    assert.deepEqual(
      board.variables.map(({ name, type, value }) => [name, type, value]),
      [
        ['job', 'query', []],
        ['node', 'query', ['web-1:9100']],
        ['diskdevices', 'custom', ['[a-z]+|nvme[0-9]+n[0-9]+']],
      ],
    )
  })

  test('names everything that has no counterpart', async () => {
    const { not_mapped } = convertBoard(await sample('node'))
    assert.deepEqual(
      not_mapped.map(({ where, what }) => `${where}: ${what}`),
      [
        'Variable ds_prometheus: data sources: all queries go to this server',
        'Variable node: the expression /.*9100/ by which values are chosen',
        'Panel "CPU Basic": overrides for single series (2)',
        'Panel "CPU Basic": the hidden query B',
        'Panel "Network Traffic": repetition for each value of device: it stands once',
        'Panel "Network Traffic": the unit bps: its numbers are plain',
        'Panel "Heat": panels of the kind heatmap: it was left out',
        'Panel "Filesystems": transformations (1)',
        'Dashboard: links (1)',
      ],
    )
  })
})

describe('a dashboard with rows of the older kind', () => {
  test('rows become places, singlestat and graph their successors', async () => {
    const { board } = convertBoard(await sample('rows'))
    assert.deepEqual(
      board.panels.map(({ type, x, y, w, h }) => [type, x, y, w, h]),
      [
        ['text', 0, 0, 24, 1],
        ['stat', 0, 1, 8, 7],
        ['timeseries', 8, 1, 16, 7],
        ['timeseries', 0, 8, 12, 7],
        ['text', 0, 15, 24, 3],
      ],
    )
    const [, requests, latency, , notes] = board.panels
    assert.deepEqual(requests!.thresholds, [
      { value: 0, level: 'ok' },
      { value: 80, level: 'warn' },
      { value: 90, level: 'error' },
    ])
    assert.deepEqual(
      [requests!.unit, requests!.reduce, requests!.queries[0]!.expr],
      ['per_second', 'mean', 'sum(rate(http_requests_total{job="${job}"}[5m]))'],
    )
    assert.deepEqual([latency!.unit, latency!.min, latency!.max, latency!.filled], ['milliseconds', 0, null, true])
    assert.doesNotMatch(notes!.content, /[<>]/)
  })

  test('variables of every kind', async () => {
    const { board } = convertBoard(await sample('rows'))
    assert.deepEqual(board.variables, [
      { type: 'custom', name: 'job', label: '', options: ['api', 'worker'], multi: true, include_all: true, value: [] },
      { type: 'interval', name: 'step', label: '', options: ['1m', '5m', '1h'], value: ['5m'] },
      { type: 'text', name: 'top', label: '', value: ['web'] },
    ])
  })
})

test('what was exported here comes back as it was; the wrapping of an API is taken off', async () => {
  const { board } = convertBoard(await sample('node'))
  assert.deepEqual(convertBoard({ format: 'miktos-dashboard', board }), { board, not_mapped: [] })
  assert.equal(convertBoard({ dashboard: await sample('node'), meta: {} }).board.title, 'Node Exporter Full')
})

test('refuses what is no dashboard, in a sentence', () => {
  for (const json of [{}, { title: 'x' }, { panels: 'many' }, { format: 'miktos-dashboard', board: {} }]) {
    assert.throws(() => convertBoard(json), { code: 'VALIDATION_FAILED' }, JSON.stringify(json))
  }
})

test('values of an unexpected kind are as if they were not there', () => {
  const { board } = convertBoard({
    title: 7,
    refresh: 12,
    time: 'yesterday',
    tags: 'a',
    panels: [{ type: 'stat', title: null, gridPos: { x: -4, y: 1e9, w: 99, h: 0 }, targets: 'up', fieldConfig: [] }],
  })
  assert.equal(board.title, 'Imported dashboard')
  assert.deepEqual(
    board.panels.map(({ x, y, w, h }) => [x, y, w, h]),
    [[0, 9_000, 24, 1]],
  )
})

test('colours are read as what they stand for', () => {
  const read = [
    'green',
    'semi-dark-orange',
    'dark-red',
    '#73BF69',
    '#F2495C',
    '#FADE2A',
    '#5794F2',
    '#B877D9',
    'text',
  ].map(levelOf)
  assert.deepEqual(read, ['ok', 'warn', 'error', 'ok', 'error', 'warn', 'info', 'critical', 'unknown'])
})
