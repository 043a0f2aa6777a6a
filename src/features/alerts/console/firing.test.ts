import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Alert, Delivery } from './queries.ts'
import { inOrder, toldBy } from './firing.ts'

const alert = (id: string, given: Partial<Alert>): Alert =>
  ({ id, severity: 'warning', state: 'firing', pending_at: '2026-11-22T10:00:00Z', fired_at: null, ...given }) as Alert

describe('open alerts', () => {
  it('stand by how bad they are, then who waits, then age; what may yet fire last', () => {
    const alerts = [
      alert('pending', { severity: 'critical', state: 'pending' }),
      alert('young', { pending_at: '2026-11-22T10:05:00Z' }),
      alert('seen', { state: 'acknowledged', pending_at: '2026-11-22T09:00:00Z' }),
      alert('old', {}),
      alert('worst', { severity: 'critical', pending_at: '2026-11-22T11:00:00Z' }),
    ]
    assert.deepEqual(
      inOrder(alerts).map(({ id }) => id),
      ['worst', 'old', 'young', 'seen', 'pending'],
    )
  })
  it('were told by the channels of their messages, the newest of each', () => {
    const delivery = (channel_name: string, state: Delivery['state'], ...alert_ids: string[]): Delivery =>
      ({ channel_name, state, alert_ids }) as Delivery
    const told = toldBy([
      delivery('Mail', 'dead', 'a'),
      delivery('Chat', 'sent', 'a', 'b'),
      delivery('Mail', 'sent', 'a'),
    ])
    assert.deepEqual(told.get('a'), [
      { channel: 'Mail', state: 'dead' },
      { channel: 'Chat', state: 'sent' },
    ])
    assert.deepEqual(told.get('b'), [{ channel: 'Chat', state: 'sent' }])
  })
})
