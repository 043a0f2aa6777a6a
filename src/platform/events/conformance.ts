import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { describe, test } from 'node:test'
import { until } from '../../../test/support/until.ts'
import type { Events, PublishedEvent } from './events.ts'

export const event = (topic: string, payload: unknown = {}): PublishedEvent => ({
  id: randomUUID(),
  topic,
  payload,
  at: 1_795_000_000_000,
})

interface Opened {
  events: Events
  /** What was reported instead of thrown. */
  errors: unknown[]
}

/** What events do within one process; `open` gives a bus of one's own. */
export function eventsConformance(name: string, open: () => Promise<Opened>): void {
  describe(`events: ${name}`, () => {
    test('calls the listeners of the topic, of its area and of everything, each once', async () => {
      const { events } = await open()
      const heard: string[] = []
      for (const topic of ['user.update', 'user.*', '*', 'user.delete', 'users.*', 'user']) {
        events.subscribe(topic, () => void heard.push(topic))
      }
      await events.publish(event('user.update'))
      assert.deepEqual(heard, ['user.update', 'user.*', '*'])
      await events.close()
    })

    test('hands over the whole event, in the order of publishing', async () => {
      const { events } = await open()
      const heard: PublishedEvent[] = []
      events.subscribe('*', (event) => void heard.push(event))
      const sent = Array.from({ length: 100 }, (_, index) => event('a.b', { index, text: 'ä"\n' }))
      for (const one of sent) await events.publish(one)
      assert.deepEqual(heard, sent)
      await events.close()
    })

    test('calls nobody who has left, also when they leave while being called', async () => {
      const { events } = await open()
      const heard: string[] = []
      const leave = events.subscribe('a.*', () => {
        heard.push('first')
        leave()
      })
      events.subscribe('a.*', () => void heard.push('second'))
      await events.publish(event('a.b'))
      await events.publish(event('a.b'))
      assert.deepEqual(heard, ['first', 'second', 'second'])
      await events.close()
    })

    test('a listener that fails, at once or later, is reported and disturbs nobody', async () => {
      const { events, errors } = await open()
      const heard: string[] = []
      events.subscribe('*', () => {
        throw new Error('at once')
      })
      events.subscribe('*', async () => {
        throw new Error('later')
      })
      events.subscribe('*', ({ topic }) => void heard.push(topic))
      await events.publish(event('a.b'))
      assert.deepEqual(heard, ['a.b'])
      await until('both are reported', () => errors.length === 2)
      assert.deepEqual(errors.map(String).toSorted(), ['Error: at once', 'Error: later'])
      await events.close()
    })

    test('an event that is published again reaches nobody twice', async () => {
      const { events } = await open()
      let heard = 0
      events.subscribe('*', () => void heard++)
      const sent = event('a.b')
      await events.publish(sent)
      await events.publish(sent)
      assert.equal(heard, 1)
      await events.close()
    })

    test('a listener may publish', async () => {
      const { events } = await open()
      const heard: string[] = []
      events.subscribe('a.b', () => events.publish(event('c.d')))
      events.subscribe('*', ({ topic }) => void heard.push(topic))
      await events.publish(event('a.b'))
      await until('both are heard', () => heard.length === 2)
      await events.close()
    })
  })
}
