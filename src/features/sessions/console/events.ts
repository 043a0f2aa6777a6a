import type { SessionEvent } from './queries.ts'

/** Newest first, without gaps. */
export interface EventList {
  events: SessionEvent[]
  /** There are older ones. */
  has_more: boolean
}

/** What is known and what came: where more came than one page holds, what is known has a gap before it and is dropped. */
export function joined(known: EventList | undefined, newest: EventList): EventList {
  if (!known) return newest
  const came = new Set(newest.events.map(({ id }) => id))
  const isBeside = known.events.some(({ id }) => came.has(id))
  if (!isBeside) return newest
  const older = known.events.filter(({ id }) => !came.has(id))
  return older.length === 0 ? newest : { events: [...newest.events, ...older], has_more: known.has_more }
}

/** Asked for twice at once, the same page is added once. */
export function withOlder(known: EventList, page: EventList): EventList {
  const ids = new Set(known.events.map(({ id }) => id))
  const older = page.events.filter(({ id }) => !ids.has(id))
  return { events: [...known.events, ...older], has_more: page.has_more }
}
