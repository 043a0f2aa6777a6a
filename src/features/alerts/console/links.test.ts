import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { elsewhere, graphedBy, logsQuery, runbookOf, spanOfAlert } from './links.ts'

const minute = 60_000

describe('what an alert leads to', () => {
  it('is the time from half an hour before it began until now, or until it was over', () => {
    const began = Date.parse('2026-11-22T10:00:00Z')
    const now = began + 60 * minute
    const open = { pending_at: new Date(began).toISOString(), resolved_at: null }
    assert.deepEqual(spanOfAlert(open, now), { fromMs: began - 30 * minute, toMs: now })
    const over = { ...open, resolved_at: new Date(began + minute).toISOString() }
    assert.deepEqual(spanOfAlert(over, now), { fromMs: began - 30 * minute, toMs: began + 6 * minute })
  })
  it('is the lines that a rule over logs counts', () => {
    const condition = {
      type: 'logs',
      query: 'level:error',
      count: 'count',
      window_seconds: 300,
      operator: 'above',
      threshold: 0,
    } as const
    assert.equal(logsQuery({ labels: {} }, condition, []), 'level:error')
  })
  it('is lines with the labels that lines have too', () => {
    const labels = { alertname: 'Busy', severity: 'error', service: 'a"b', cpu: '0' }
    assert.equal(logsQuery({ labels }, null, ['service', 'severity']), String.raw`{service="a\"b"}`)
    assert.equal(logsQuery({ labels }, null, []), '')
  })
  it('is the graph of its expression here', () => {
    assert.equal(graphedBy({ generator_url: '/explore?q=up%20%3C%201' }), 'up < 1')
    assert.equal(graphedBy({ generator_url: '/alerts/rules/x' }), undefined)
  })
  it('is never a program', () => {
    assert.equal(elsewhere({ generator_url: 'javascript:alert(1)' }), undefined)
    assert.equal(runbookOf({ annotations: { runbook_url: 'javascript:alert(1)' } }), undefined)
    assert.equal(elsewhere({ generator_url: 'https://prometheus.example/graph' }), 'https://prometheus.example/graph')
  })
})
