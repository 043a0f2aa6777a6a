import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { anonymous, type Actor } from '#platform/context.ts'
import type { FinishedRequest } from '#platform/http/server.ts'
import { fromPublished, fromRequest } from './observe.ts'

const mara: Actor = { ...anonymous, kind: 'user', id: 'u1', label: 'mara', sessionId: 's1' }

const request = (parts: Partial<FinishedRequest> = {}): FinishedRequest => ({
  route: '/api/projects/{project_id}/messages',
  operation: 'projects.listMessages',
  method: 'GET',
  status: 200,
  durationMs: 12.3456,
  bytes: 900,
  rate: 'general',
  actor: mara,
  params: { project_id: 'p1' },
  origin: { requestId: 'r1', address: '10.0.0.7', userAgent: null },
  at: 1_000,
  ...parts,
})

describe('a finished request', () => {
  test('is one call of the route under the canonical prefix, whichever face was called', () => {
    const event = fromRequest(request(), '/api/v1')!
    assert.deepEqual(
      [
        event.kind,
        event.route,
        event.user_id,
        event.session_id,
        event.project_id,
        event.status,
        event.duration_ms,
        event.bytes,
      ],
      ['api_call', '/api/v1/projects/{project_id}/messages', 'u1', 's1', 'p1', 200, 12.35, 900],
    )
    assert.equal(fromRequest(request({ route: '/api/v1/me' }), '/api/v1')!.route, '/api/v1/me')
    assert.equal(fromRequest(request({ route: '/api/me' }), '/ops')!.route, '/ops/me')
  })

  test('is nothing for a file, an unknown path and a probe', () => {
    assert.equal(fromRequest(request({ route: null, rate: null }), '/api/v1'), undefined)
    assert.equal(fromRequest(request({ route: '/api/v1/health', rate: 'unlimited' }), '/api/v1'), undefined)
  })

  test('of a stranger names nobody; a project that was refused is not taken at its word', () => {
    const event = fromRequest(request({ actor: anonymous, status: 404 }), '/api/v1')!
    assert.deepEqual([event.user_id, event.project_id], [null, null])
  })
})

const published = (topic: string, payload: unknown) => fromPublished({ id: 'e1', topic, at: 1_000, payload })
const change = (actor: object, target: object, more: object = {}) => ({
  actor: { id: 'u1', kind: 'user', label: 'mara', ...actor },
  target,
  ...more,
})
const otherUser = { kind: 'user', id: 'u2' }

describe('a published event', () => {
  test('auth.login is a login with its session, address and browser', () => {
    const event = published(
      'auth.login',
      change({}, { kind: 'user', id: 'u1' }, { session_id: 's1', address: '::1', user_agent: 'Firefox' }),
    )!
    assert.deepEqual(
      [event.kind, event.user_id, event.session_id, event.address, event.detail, event.event_id],
      ['login', 'u1', 's1', '::1', 'Firefox', 'e1'],
    )
  })

  test('login.failed is a failed login with its reason; asking for the second factor is none', () => {
    const failed = { user_id: 'u1', reason: 'INVALID_CREDENTIALS', address: '::1' }
    assert.deepEqual(
      [published('login.failed', failed)!.kind, published('login.failed', failed)!.detail],
      ['login_failed', 'INVALID_CREDENTIALS'],
    )
    assert.equal(published('login.failed', { ...failed, reason: 'MFA_REQUIRED' }), undefined)
  })

  test('auth.logout is a logout of the session that ended', () => {
    const event = published('auth.logout', change({}, { kind: 'user', id: 'u1' }, { session_ids: ['s1'] }))!
    assert.deepEqual([event.kind, event.session_id], ['logout', 's1'])
  })

  test('a change to somebody or something else is administration; by whom and to what', () => {
    const event = published('user.update', change({}, otherUser))!
    assert.deepEqual([event.kind, event.user_id, event.detail], ['admin_action', 'u1', 'user.update user u2'])
    assert.equal(
      published('setting.update', change({ kind: 'system', id: 'local' }, { kind: 'setting', id: 'x' }))!.user_id,
      'local',
    )
  })

  test('what is done to oneself, to what is ones own, or by a job is not', () => {
    assert.equal(published('user.change-password', change({}, { kind: 'user', id: 'u1' })), undefined)
    assert.equal(published('project.update', change({}, { kind: 'project', id: 'p1' }, { own: true })), undefined)
    assert.equal(published('user.lock', change({ kind: 'system', id: 'system' }, otherUser)), undefined)
    assert.equal(published('something.else', { count: 3 }), undefined)
  })
})
