import { secondMs } from '#kernel/time.ts'
import { auditHead } from '#platform/audit/append.ts'
import type { Context } from '#platform/context.ts'
import type { ReadDb } from '#platform/database/database.ts'
import { sampleOf, type ActiveRule } from '../active.ts'
import { eventGroup, eventsBetween, type EventCondition } from '../engines/database.ts'
import { outcomeOf } from '../engines/metrics.ts'
import type { Outcome } from '../evaluate.ts'
import type { Past } from './play.ts'

/** Of more only the newest are looked at. */
const eventsMax = 100_000

/** How often it was done before each of the times, as the audit log has it. */
export async function eventsBefore(
  { db }: Context,
  active: ActiveRule,
  condition: EventCondition,
  times: number[],
): Promise<Past> {
  const windowMs = condition.window_seconds * secondMs
  const fromMs = times[0]! - windowMs
  const [newestFirst, beganAt] = await Promise.all([
    eventsBetween(db, condition, fromMs, times.at(-1)!)
      .select(['at', (of) => (condition.by ? of.ref(eventGroup(condition.by)) : of.val('')).as('group')])
      .orderBy('at', 'desc')
      .limit(eventsMax)
      .execute(),
    beginOfLog(db),
  ])
  const events = newestFirst.toReversed().map(({ at, group }) => ({ at: Number(at), group: group ?? '' }))
  const isCut = events.length === eventsMax
  const since = Math.max(beganAt, isCut ? events[0]!.at : 0)
  return {
    times,
    outcomes: outcomesOf(active, condition, events, times, since),
    series: condition.by ? new Set(events.map(({ group }) => group)).size : 1,
    since: since > fromMs ? since : null,
    note: isCut ? `Only the newest ${eventsMax.toLocaleString('en')} events are looked at` : null,
    isDrawn: true,
  }
}

async function beginOfLog(db: ReadDb): Promise<number> {
  const { first_seq } = await auditHead(db)
  const first = await db.selectFrom('audit_records').select('at').where('seq', '=', first_seq).executeTakeFirst()
  return Number(first?.at ?? 0)
}

interface Event {
  at: number
  group: string
}

/** `events` in order of time; before `since` nobody knows what there was. */
export function outcomesOf(
  { id }: Pick<ActiveRule, 'id'>,
  { by, window_seconds, operator }: EventCondition,
  events: readonly Event[],
  times: readonly number[],
  since: number,
): Outcome[] {
  const windowMs = window_seconds * secondMs
  const counts = new Map<string, number>()
  let [entered, left] = [0, 0]
  return times.map((at): Outcome => {
    for (; entered < events.length && events[entered]!.at <= at; entered += 1) count(events[entered]!, 1)
    for (; left < entered && events[left]!.at <= at - windowMs; left += 1) count(events[left]!, -1)
    // Too much is too much even where only a part of the window is known; too little is not.
    if (at < since || (operator === 'below' && at - windowMs < since)) return { kind: 'unknown' }
    if (!by) return outcomeOf([sampleOf(id, {}, counts.get('') ?? 0)], false)
    return outcomeOf(
      [...counts].map(([group, times]) => sampleOf(id, { [by]: group }, times)),
      false,
    )
  })

  function count({ group }: Event, change: number): void {
    const next = (counts.get(group) ?? 0) + change
    if (next === 0) counts.delete(group)
    else counts.set(group, next)
  }
}
