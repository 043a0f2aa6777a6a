import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { withSession } from './news.ts'
import type { Listing, Session } from './queries.ts'
import { statuses, type SessionStatus } from './words.ts'

const session = (id: string, status: SessionStatus, updated_at: string): Session => ({
  id,
  name: id,
  character_name: id,
  server: '',
  status,
  next_statuses: [],
  mode: null,
  current_mode: null,
  owner_id: null,
  owner: 'admin',
  runner_id: null,
  runner_name: null,
  runner_connected: false,
  progress: null,
  progress_note: null,
  metrics: {},
  heartbeat_at: null,
  started_at: null,
  ended_at: null,
  reason: null,
  created_at: updated_at,
  updated_at,
})

const listing: Listing = {
  sessions: [session('a', 'running', '2026-11-22T10:00:05Z'), session('b', 'created', '2026-11-22T10:00:00Z')],
  total: 2,
  has_more: false,
  counts: {
    ...(Object.fromEntries(statuses.map((status) => [status, 0])) as Record<SessionStatus, number>),
    running: 1,
    created: 1,
  },
}

describe('news of a session', () => {
  it('stands in its place in the list, and in the counts', () => {
    const { sessions, counts } = withSession(listing, session('b', 'starting', '2026-11-22T10:00:09Z'))
    assert.deepEqual(
      sessions.map(({ id, status }) => [id, status]),
      [
        ['a', 'running'],
        ['b', 'starting'],
      ],
    )
    assert.deepEqual([counts.created, counts.starting, counts.running], [0, 1, 1])
  })

  it('that is older than what is shown, or of another session, changes nothing', () => {
    assert.equal(withSession(listing, session('a', 'paused', '2026-11-22T10:00:04Z')), listing)
    assert.equal(withSession(listing, session('c', 'paused', '2026-11-22T10:00:09Z')), listing)
  })
})
