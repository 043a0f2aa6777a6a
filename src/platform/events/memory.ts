import { LRUCache } from 'lru-cache'
import type { Events, Listener, PublishedEvent } from './events.ts'

/** How many events are remembered as delivered. */
const idsMax = 10_000

/** Receives what a listener threw; the other listeners have been called all the same. */
export type OnError = (error: unknown) => void

/** Events within this process. */
export function memoryEvents({ onError }: { onError: OnError }): Events {
  const listeners = new Set<{ topic: string; listener: Listener }>()
  const delivered = new LRUCache<string, true>({ max: idsMax })

  return {
    publish: async (event) => {
      if (delivered.has(event.id)) return
      delivered.set(event.id, true)
      const called = [...listeners].filter(({ topic }) => matches(topic, event.topic))
      for (const { listener } of called) call(listener, event).catch(onError)
    },
    subscribe: (topic, listener) => {
      const entry = { topic, listener }
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    onReconnect: () => () => {},
    close: async () => listeners.clear(),
  }
}

const call = async (listener: Listener, event: PublishedEvent): Promise<void> => listener(event)

const matches = (pattern: string, topic: string): boolean =>
  pattern.endsWith('*') ? topic.startsWith(pattern.slice(0, -1)) : topic === pattern
