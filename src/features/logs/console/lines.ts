import type { LogRow } from './queries.ts'
import { isFailure } from './severity.ts'

/** Lines that matched and are not here; the list shows it where they belong and fetches them when asked. */
export interface Gap {
  /** Undefined while nobody has counted them. */
  missing: number | undefined
  why: 'paused' | 'slow' | 'away'
}

export type Item = LogRow | Gap

export const isGap = (item: Item): item is Gap => 'missing' in item

/** What comes by the live topic. */
export interface LiveRows {
  rows: LogRow[]
  /** Lines the server could not pass on before these. */
  dropped: number
}

/** What is told besides the lines. */
export interface LinesState {
  /** Counts up with every change. */
  version: number
  length: number
  isFollowing: boolean
  /** Came since following was paused. */
  arrived: number
  /** Matched, and never came here. */
  dropped: number
  /** Errors that came by the live topic. */
  failures: number
  /** Items added before the first and taken from there, counted from the beginning. */
  headMoved: number
}

/**
 * The lines of the page in order of time, outside of React: live lines come in portions of a tenth of a second, and
 * beyond `capacity` the oldest leave. While following is paused nothing that is shown moves or leaves; what has no
 * room then is counted and becomes a gap.
 */
export interface Lines {
  at(index: number): Item | undefined
  /** All of it, for lists that want an array. */
  all(): Item[]
  indexOf(id: string): number
  first(): LogRow | undefined
  last(): LogRow | undefined
  state(): LinesState
  subscribe(watcher: () => void): () => void
  /** Live lines of this query wait until `reset` or `join` says what stands before them. */
  hold(query: string): void
  /** Begins anew with these. */
  reset(rows: readonly LogRow[]): void
  /** Continues with the newest of what was missed; `missed` counts all of it. */
  join(rows: readonly LogRow[], missed: number): void
  receive(live: LiveRows): void
  prepend(rows: readonly LogRow[]): void
  append(rows: readonly LogRow[]): void
  /** Puts lines into the gap; `missing` are still left out after them. */
  fill(gap: Gap, rows: readonly LogRow[], missing: number): void
  setFollowing(isFollowing: boolean): void
  /** Lines a second that came in lately. */
  ratePerSecond(): number
}

interface LinesOptions {
  capacity?: number
  now?: () => number
  /** Runs it soon; the tests run it themselves. */
  schedule?: (flush: () => void) => void
}

export const capacityDefault = 50_000
const flushEveryMs = 100
const rateOverMs = 3_000
const heldPortionsMax = 300

export function createLines({
  capacity = capacityDefault,
  now = Date.now,
  schedule = (flush) => void setTimeout(flush, flushEveryMs),
}: LinesOptions = {}): Lines {
  const watchers = new Set<() => void>()
  let items: Item[] = []
  /** What stands before it in `items` has left; cut off now and then, because cutting moves everything. */
  let head = 0
  let held: LiveRows[] | undefined
  let heldFor = ''
  let incoming: LiveRows[] = []
  let isScheduled = false
  /** Has no room while paused. */
  let skipped = 0
  /** Came from a search while live lines came in too, which may repeat them. */
  let searched = new Set<string>()
  let portions: { atMs: number; count: number }[] = []
  let state: LinesState = {
    version: 0,
    length: 0,
    isFollowing: true,
    arrived: 0,
    dropped: 0,
    failures: 0,
    headMoved: 0,
  }

  const changed = (change: Partial<LinesState> = {}): void => {
    state = { ...state, ...change, version: state.version + 1, length: items.length - head }
    for (const watcher of watchers) watcher()
  }

  const evict = (): number => {
    const tooMany = Math.max(0, items.length - head - capacity)
    items.fill(undefined as never, head, head + tooMany)
    head += tooMany
    if (head > capacity / 4) {
      items = items.slice(head)
      head = 0
    }
    return tooMany
  }

  const take = (rows: readonly LogRow[]): void => {
    const room = state.isFollowing ? rows.length : Math.max(0, capacity - (items.length - head))
    const kept = skipped > 0 ? [] : rows.slice(0, room)
    for (const row of kept) items.push(row)
    skipped += rows.length - kept.length
  }

  const takeLive = (portion: readonly LiveRows[]): Partial<LinesState> => {
    let { arrived, dropped, failures } = state
    for (const live of portion) {
      if (live.dropped > 0) addGap({ missing: live.dropped, why: 'slow' })
      dropped += live.dropped
      const rows = searched.size > 0 ? live.rows.filter(({ id }) => !searched.has(id)) : live.rows
      take(rows)
      arrived += rows.length + live.dropped
      for (const { severity } of rows) if (isFailure(severity)) failures++
    }
    return { arrived: state.isFollowing ? 0 : arrived, dropped, failures }
  }

  const addGap = (gap: Gap): void => {
    const last = items.at(-1)
    if (skipped > 0) skipped += gap.missing ?? 0
    else if (last && isGap(last)) items[items.length - 1] = { ...last, missing: sumOf(last.missing, gap.missing) }
    else if (items.length > head) items.push(gap)
  }

  const flush = (): void => {
    isScheduled = false
    if (incoming.length === 0) return
    const portion = incoming
    incoming = []
    const count = portion.reduce((sum, { rows, dropped }) => sum + rows.length + dropped, 0)
    portions = [...portions, { atMs: now(), count }].filter(({ atMs }) => atMs > now() - rateOverMs)
    const told = takeLive(portion)
    const evicted = state.isFollowing ? evict() : 0
    changed({ ...told, headMoved: state.headMoved - evicted })
  }

  const release = (): Partial<LinesState> => {
    const waiting = held ?? []
    held = undefined
    const told = takeLive(waiting)
    return { ...told, headMoved: state.headMoved - (state.isFollowing ? evict() : 0) }
  }

  const indexOf = (id: string): number => {
    const found = items.findLastIndex((item, index) => index >= head && !isGap(item) && item.id === id)
    return found === -1 ? -1 : found - head
  }

  const unknown = (rows: readonly LogRow[]): LogRow[] => {
    const known = new Set(items.slice(head).flatMap((item) => (isGap(item) ? [] : [item.id])))
    return rows.filter(({ id }) => !known.has(id))
  }

  return {
    at: (index) => items[head + index],
    all: () => items.slice(head),
    indexOf,
    first: () => items.slice(head, head + 2).find((item): item is LogRow => !isGap(item)),
    last: () => items.slice(-2).findLast((item): item is LogRow => item !== undefined && !isGap(item)),
    state: () => state,
    subscribe: (watcher) => {
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
    hold: (query) => {
      flush()
      if (heldFor !== query) held = undefined
      heldFor = query
      held ??= []
    },
    reset: (rows) => {
      items = [...rows]
      head = 0
      skipped = 0
      incoming = []
      searched = new Set(rows.map(({ id }) => id))
      state = { ...state, arrived: 0, dropped: 0, failures: 0, headMoved: 0 }
      changed(release())
    },
    join: (rows, missed) => {
      const fresh = unknown(rows)
      searched = new Set(rows.map(({ id }) => id))
      if (missed > rows.length) addGap({ missing: missed - rows.length, why: 'away' })
      take(fresh)
      changed(release())
    },
    receive: (live) => {
      if (held) return holdBack(held, live)
      incoming.push(live)
      if (isScheduled) return
      isScheduled = true
      schedule(flush)
    },
    prepend: (rows) => {
      const fresh = unknown(rows)
      items = [...fresh, ...items.slice(head)]
      head = 0
      changed({ headMoved: state.headMoved + fresh.length })
    },
    append: (rows) => {
      for (const row of unknown(rows)) items.push(row)
      changed()
    },
    fill: (gap, rows, missing) => {
      const at = items.indexOf(gap)
      if (at === -1) return
      items.splice(at, 1, ...unknown(rows), ...(missing > 0 ? [{ ...gap, missing }] : []))
      changed()
    },
    setFollowing: (isFollowing) => {
      if (isFollowing === state.isFollowing) return
      flush()
      if (isFollowing && skipped > 0) items.push({ missing: skipped, why: 'paused' })
      skipped = 0
      state = { ...state, isFollowing }
      changed({ arrived: 0, headMoved: state.headMoved - (isFollowing ? evict() : 0) })
    },
    ratePerSecond: () => {
      const since = now() - rateOverMs
      const recent = portions.filter(({ atMs }) => atMs > since)
      return Math.round((recent.reduce((sum, { count }) => sum + count, 0) / rateOverMs) * 1_000)
    },
  }
}

/** What waits too long is counted instead of kept. */
function holdBack(held: LiveRows[], live: LiveRows): void {
  held.push(live)
  if (held.length <= heldPortionsMax) return
  const { rows, dropped } = held.shift()!
  held[0] = { ...held[0]!, dropped: held[0]!.dropped + dropped + rows.length }
}

const sumOf = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? undefined : one + other
