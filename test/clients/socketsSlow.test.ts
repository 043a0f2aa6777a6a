import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { startApp } from '../support/app.ts'
import { bearer, listen, rawClient } from '../support/sockets.ts'
import { until } from '../support/until.ts'

const eventCount = 8_000
/** Larger together than what a door and the kernel hold for one reader. */
const text = 'x'.repeat(4_000)

interface Seen {
  /** Indexes of the events that came. */
  indexes: number[]
  /** How many the server said it left out. */
  dropped: number
}

/** How each door tells an event and what was left out before it. */
const doors: { path: string; begin: string[]; read(frame: string, seen: Seen): void }[] = [
  { path: '/ws', begin: [], read: (frame, seen) => readJson(frame, seen, 'news') },
  {
    path: '/api/v1/stream',
    begin: ['{"type":"subscribe","topics":["news"]}'],
    read: (frame, seen) => readJson(frame, seen, 'event'),
  },
  {
    path: '/socket.io/?EIO=4&transport=websocket',
    begin: ['40'],
    read: (frame, seen) => {
      if (!frame.startsWith('42')) return
      const [event, data] = JSON.parse(frame.slice(2)) as [string, { index: number; count: number; event: string }]
      if (event === 'news') seen.indexes.push(data.index)
      if (event === 'messages_dropped' && data.event === 'news') seen.dropped += data.count
    },
  },
]

function readJson(frame: string, seen: Seen, type: string): void {
  const parsed = JSON.parse(frame) as { type: string; data: { index: number }; dropped?: number }
  if (parsed.type !== type) return
  seen.indexes.push(parsed.data.index)
  seen.dropped += parsed.dropped ?? 0
}

describe('a reader that stands still', () => {
  for (const { path, begin, read } of doors) {
    test(`on ${path} misses events, learns how many, and holds up nobody`, async () => {
      const app = await startApp()
      const { live } = app.app.platform
      live.declare('news', { access: 'dashboard:read', event: 'news' })
      const address = `ws${await listen(app)}`
      const quick = rawClient(`${address}/ws`, bearer(app.adminToken))
      await quick.hears('connection_established')
      const slow = new WebSocket(address + path, { headers: bearer(app.adminToken) })
      after(() => slow.terminate())
      const seen: Seen = { indexes: [], dropped: 0 }
      slow.on('message', (bytes) => read(String(bytes), seen))
      await once(slow, 'message')
      for (const frame of begin) slow.send(frame)
      await until('both watch', () => live.watchers('news') === 2)

      slow.pause()
      const before = process.memoryUsage().rss
      for (let index = 0; index < eventCount; index++) {
        live.publish('news', { index, text })
        // The other one, in the same process, reads meanwhile.
        if (index % 20 === 0) await turn()
      }
      await quick.hears('news', eventCount)
      assert.ok(process.memoryUsage().rss - before < 200e6)
      slow.resume()
      const last = (): number => seen.indexes.at(-1) ?? -1
      let sent = eventCount
      await until('it follows again', async () => {
        live.publish('news', { index: sent++, text: 'again' })
        await turn()
        return last() >= eventCount
      })
      await until('all have come', () => last() === sent - 1)
      assert.ok(seen.dropped > 0, 'something was left out')
      assert.equal(seen.indexes.length + seen.dropped, sent)
      assert.deepEqual(
        seen.indexes,
        seen.indexes.toSorted((a, b) => a - b),
      )
    })
  }
})
