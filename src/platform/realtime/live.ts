import type { Access } from '#kernel/contract.ts'
import { newId } from '#kernel/id.ts'
import { minuteMs } from '#kernel/time.ts'
import type { Context } from '../context.ts'
import type { Events } from '../events/events.ts'

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
  /** Published in one server process, seen by the watchers of all. What is told of this process alone is not. */
  shared?: boolean
  /** What `/ws` and Socket.IO call its messages; without it they do not carry them. */
  event?: string
  /** Under which name their clients subscribe to it; the topic's own unless told. */
  room?: string
  /** False: only who asks for the room gets it. Otherwise every client does whose rights cover it, unless it leaves. */
  broadcast?: boolean
}

export interface LiveFamily extends LiveTopic {
  /** Begins to publish. @throws AppError when the rest of the name is not understood */
  start(rest: string, publish: (data: unknown) => void): () => void
}

/** What happens now, by topic, for whoever looks. Nothing is kept beyond the last messages of each topic. */
export interface Live {
  /** Declares a topic; publishing to one that was not declared is a programming error and throws. */
  declare(name: string, topic: LiveTopic): void
  /**
   * Declares all topics whose names begin with `prefix`; what follows it is theirs to read. One runs
   * from its first watcher until a minute after its last, so that who comes back finds what was missed.
   */
  declareFamily(prefix: string, family: LiveFamily): void
  find(name: string): LiveTopic | undefined
  /** Topics that everybody is given on `/ws` and Socket.IO, as far as their rights go. */
  broadcasts(): string[]
  /** The topic that clients of `/ws` and Socket.IO mean by a room. */
  inRoom(room: string): string | undefined
  publish(name: string, data: unknown): void
  /** Messages after `seq` that are still remembered; undefined when some are gone already. */
  since(name: string, seq: number): LiveMessage[] | undefined
  onMessage(listener: (message: LiveMessage) => void): () => void
  /** Number of connections that follow the topic, so that nobody computes what nobody sees. */
  watchers(name: string): number
  watch(name: string): () => void
}

const rememberedMax = 256
const idleMs = minuteMs

interface Topic {
  topic: LiveTopic
  seq: number
  recent: LiveMessage[]
  watchers: number
  /** Of a family: ends it for good when nobody watches any more. */
  release?: () => void
}

interface LiveOptions {
  now: () => number
  /** Carries shared topics to the other processes. */
  events: Events
  /** What was published could not be told to the other processes. */
  onError: (error: unknown) => void
}

/** Event topics by which processes tell each other what was published in shared topics. */
const shared = 'live.'

export function createLive({ now, events, onError }: LiveOptions): Live {
  const topics = new Map<string, Topic>()
  const families = new Map<string, LiveFamily>()
  const listeners = new Set<(message: LiveMessage) => void>()

  const stateOf = (name: string) => {
    const state = topics.get(name)
    if (!state) throw new Error(`The live topic ${name} was not declared`)
    return state
  }

  const find = (name: string): LiveTopic | undefined => topics.get(name)?.topic ?? familyOf(name)?.[1]

  const familyOf = (name: string) => [...families].find(([prefix]) => name.startsWith(prefix))

  const tell = (name: string, state: Topic, at: number, data: unknown): void => {
    const message = { topic: name, seq: ++state.seq, at, data }
    state.recent.push(message)
    if (state.recent.length > rememberedMax) state.recent.shift()
    for (const listener of listeners) listener(message)
  }

  const publish = (name: string, data: unknown): void => {
    const state = stateOf(name)
    if (!state.topic.shared) return tell(name, state, now(), data)
    // Comes back at once, by the subscription below, as it comes to the other processes.
    events.publish({ id: newId(), topic: shared + name, payload: { data }, at: now() }).catch(onError)
  }

  events.subscribe(`${shared}*`, ({ topic, payload, at }) => {
    const name = topic.slice(shared.length)
    const state = topics.get(name)
    if (state?.topic.shared) tell(name, state, at, (payload as { data: unknown }).data)
  })

  // Nobody knows what the others published meanwhile: a step in the numbers, and no resuming across it.
  events.onReconnect(() => {
    for (const state of topics.values()) {
      if (!state.topic.shared) continue
      state.seq++
      state.recent = []
    }
  })

  const open = (name: string): Topic => {
    const known = topics.get(name)
    if (known) return known
    const [prefix, family] = familyOf(name) ?? []
    if (!prefix || !family) return stateOf(name)
    const stop = family.start(name.slice(prefix.length), (data) => publish(name, data))
    let timer: NodeJS.Timeout | undefined
    const state: Topic = {
      topic: family,
      seq: 0,
      recent: [],
      watchers: 0,
      release: () => {
        clearTimeout(timer)
        timer = setTimeout(() => {
          if (state.watchers > 0) return
          topics.delete(name)
          stop()
        }, idleMs).unref()
      },
    }
    topics.set(name, state)
    return state
  }

  return {
    declare: (name, topic) => void topics.set(name, { topic, seq: 0, recent: [], watchers: 0 }),
    declareFamily: (prefix, family) => void families.set(prefix, family),
    find,
    broadcasts: () =>
      [...topics]
        .filter(([, { topic }]) => topic.event !== undefined && topic.broadcast !== false)
        .map(([name]) => name),
    inRoom: (room) => {
      const named = [...topics].find(([, { topic }]) => topic.event !== undefined && topic.room === room)
      return named?.[0] ?? (find(room)?.event === undefined ? undefined : room)
    },
    publish,
    since: (name, seq) => {
      const { recent, seq: newest } = open(name)
      const complete = seq <= newest && newest - seq <= recent.length
      return complete ? recent.filter((message) => message.seq > seq) : undefined
    },
    onMessage: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    watchers: (name) => stateOf(name).watchers,
    watch: (name) => {
      const state = open(name)
      state.watchers++
      return () => {
        state.watchers--
        if (state.watchers === 0) state.release?.()
      }
    },
  }
}
