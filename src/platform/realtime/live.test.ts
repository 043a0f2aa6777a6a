import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Events } from '../events/events.ts'
import { memoryEvents } from '../events/memory.ts'
import { createLive, type Live, type LiveMessage } from './live.ts'

const rethrow = (error: unknown): never => {
  throw error
}

/** Two servers with one bus, which may lose its connection and find it again. */
function servers(): { a: Live; b: Live; reconnect(): void } {
  const bus = memoryEvents({ onError: rethrow })
  const listeners: (() => void)[] = []
  const events: Events = {
    ...bus,
    onReconnect: (listener) => {
      listeners.push(listener)
      return () => undefined
    },
  }
  const [a, b] = [1, 2].map(() => createLive({ now: () => 1_000, events, onError: rethrow }))
  return { a: a!, b: b!, reconnect: () => listeners.forEach((listener) => listener()) }
}

const heardBy = (live: Live): LiveMessage[] => {
  const heard: LiveMessage[] = []
  live.onMessage((message) => heard.push(message))
  return heard
}

describe('live topics', () => {
  test('a shared one is seen by all servers, each with its own numbers; another stays where it is', () => {
    const { a, b } = servers()
    for (const live of [a, b]) {
      live.declare('news', { access: 'authenticated', shared: true })
      live.declare('weather', { access: 'authenticated' })
    }
    const [heardAtA, heardAtB] = [heardBy(a), heardBy(b)]
    a.publish('weather', 'grey')
    a.publish('news', 1)
    b.publish('news', 2)
    const news = [
      { topic: 'news', seq: 1, at: 1_000, data: 1 },
      { topic: 'news', seq: 2, at: 1_000, data: 2 },
    ]
    assert.deepEqual(heardAtA, [{ topic: 'weather', seq: 1, at: 1_000, data: 'grey' }, ...news])
    assert.deepEqual(heardAtB, news)
  })

  test('a server that was cut off from the others does not resume across the gap', () => {
    const { a, reconnect } = servers()
    a.declare('news', { access: 'authenticated', shared: true })
    a.publish('news', 'before')
    reconnect()
    assert.equal(a.since('news', 1), undefined)
    a.publish('news', 'after')
    assert.equal(a.since('news', 1), undefined)
    assert.deepEqual(
      a.since('news', 2)?.map(({ data }) => data),
      ['after'],
    )
  })

  test('what a server does not know, as in an upgrade of one after the other, disturbs nobody', () => {
    const { a, b } = servers()
    a.declare('news', { access: 'authenticated', shared: true })
    const heard = heardBy(b)
    a.publish('news', 1)
    assert.deepEqual(heard, [])
  })

  test('rooms lead to topics that clients outside the console may see, by their own name or the topic', () => {
    const { a } = servers()
    a.declare('session_update', { access: 'sessions:read', event: 'session_update', room: 'session_updates' })
    a.declare('quiet', { access: 'authenticated', event: 'quiet', broadcast: false })
    a.declare('metrics', { access: 'dashboard:read' })
    assert.deepEqual(
      ['session_updates', 'session_update', 'quiet', 'metrics', 'nothing', '__proto__'].map((room) => a.inRoom(room)),
      ['session_update', 'session_update', 'quiet', undefined, undefined, undefined],
    )
    assert.deepEqual(a.broadcasts(), ['session_update'])
  })
})
