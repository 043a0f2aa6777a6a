import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { joined, withOlder, type EventList } from './events.ts'

const list = (ids: string, has_more = false): EventList => ({
  events: ids.split('').map((id) => ({ id, at: '2026-11-22T10:00:00Z', kind: 'log', text: id, data: null })),
  has_more,
})
const idsOf = ({ events }: EventList): string => events.map(({ id }) => id).join('')

describe('events of a session', () => {
  it('that came stand before those that are known, each once', () => {
    const all = joined(list('dcba'), list('fed', true))
    assert.deepEqual([idsOf(all), all.has_more], ['fedcba', false])
    assert.equal(idsOf(joined(undefined, list('ba'))), 'ba')
  })

  it('that are known are dropped when there is a gap before them', () => {
    const all = joined(list('ba'), list('zyx', true))
    assert.deepEqual([idsOf(all), all.has_more], ['zyx', true])
  })

  it('that are older stand behind, also when the page comes twice', () => {
    const once = withOlder(list('dc', true), list('ba'))
    assert.deepEqual([idsOf(once), once.has_more], ['dcba', false])
    assert.equal(idsOf(withOlder(once, list('ba'))), 'dcba')
  })
})
