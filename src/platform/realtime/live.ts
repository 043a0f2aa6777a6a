import type { Access } from '#kernel/contract.ts'
import type { Context } from '../context.ts'

/** One message of a topic; `seq` counts up by one per topic within this server process. */
export interface LiveMessage {
  topic: string
  seq: number
  at: number
  data: unknown
}

export interface LiveTopic {
  access: Access
  /** Whether this message may be seen by this caller, where that differs within the topic. */
  visible?: (data: never, ctx: Context) => boolean
}

/** What happens now, by topic, for whoever looks. Nothing is kept beyond the last messages of each topic. */
export interface Live {
  /** Declares a topic; publishing to one that was not declared is a programming error and throws. */
  declare(name: string, topic: LiveTopic): void
  find(name: string): LiveTopic | undefined
  publish(name: string, data: unknown): void
  /** Messages after `seq` that are still remembered; undefined when some are gone already. */
  since(name: string, seq: number): LiveMessage[] | undefined
  onMessage(listener: (message: LiveMessage) => void): () => void
  /** Number of connections that follow the topic, so that nobody computes what nobody sees. */
  watchers(name: string): number
  watch(name: string): () => void
}

const rememberedMax = 256

export function createLive(now: () => number): Live {
  const topics = new Map<string, { topic: LiveTopic; seq: number; recent: LiveMessage[]; watchers: number }>()
  const listeners = new Set<(message: LiveMessage) => void>()

  const stateOf = (name: string) => {
    const state = topics.get(name)
    if (!state) throw new Error(`The live topic ${name} was not declared`)
    return state
  }

  return {
    declare: (name, topic) => void topics.set(name, { topic, seq: 0, recent: [], watchers: 0 }),
    find: (name) => topics.get(name)?.topic,
    publish: (name, data) => {
      const state = stateOf(name)
      const message = { topic: name, seq: ++state.seq, at: now(), data }
      state.recent.push(message)
      if (state.recent.length > rememberedMax) state.recent.shift()
      for (const listener of listeners) listener(message)
    },
    since: (name, seq) => {
      const { recent, seq: newest } = stateOf(name)
      const complete = seq <= newest && newest - seq <= recent.length
      return complete ? recent.filter((message) => message.seq > seq) : undefined
    },
    onMessage: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    watchers: (name) => stateOf(name).watchers,
    watch: (name) => {
      const state = stateOf(name)
      state.watchers++
      return () => void state.watchers--
    },
  }
}
