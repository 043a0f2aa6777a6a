import { secondMs } from '#kernel/time.ts'
import type { Database, ReadDb } from '#platform/database/database.ts'
import type { Condition } from '../../rule.ts'
import { sampleOf, type ActiveRule } from '../active.ts'
import type { Sample } from '../evaluate.ts'
import type { Answer, Engine, Job } from './engine.ts'
import { outcomeOf } from './metrics.ts'

const columns = { actor: 'actor_label', target: 'target_id', address: 'address' } as const

/** `since` is when Miktos began to listen again: before, nobody could be heard. */
export type Listening = (rule: ActiveRule) => number

/** Rules over the audit log, and heartbeats that are called in. */
export const databaseEngine =
  ({ read }: Database, listeningSince: Listening): Engine =>
  async (jobs) => {
    const answers: Answer[] = []
    for (const job of jobs) answers.push(await answer(read, job, listeningSince(job.active)))
    return answers
  }

async function answer(read: Database['read'], { active, times }: Job, since: number): Promise<Answer> {
  const startedAt = performance.now()
  const { condition } = active.rule
  const outcomes = []
  for (const at of times) {
    const samples =
      condition.type === 'event'
        ? await eventsUntil(read, active, condition, at)
        : [await silenceUntil(read, active, since, at)]
    outcomes.push(outcomeOf(samples, false))
  }
  return { outcomes, tookMs: performance.now() - startedAt }
}

export type EventCondition = Extract<Condition, { type: 'event' }>

const groupsMax = 200

async function eventsUntil(
  read: Database['read'],
  { id }: ActiveRule,
  condition: EventCondition,
  at: number,
): Promise<Sample[]> {
  const { by, window_seconds } = condition
  const found = eventsBetween(read, condition, at - window_seconds * secondMs, at)
  if (!by) {
    const { count } = await found.select((of) => of.fn.countAll<number>().as('count')).executeTakeFirstOrThrow()
    return [sampleOf(id, {}, Number(count))]
  }
  const groups = await found
    .select([`${columns[by]} as group`, (of) => of.fn.countAll<number>().as('count')])
    .groupBy(columns[by])
    .orderBy('count', 'desc')
    .limit(groupsMax)
    .execute()
  return groups.map(({ group, count }) => sampleOf(id, { [by]: group ?? '' }, Number(count)))
}

/** Column of what events are told apart by. */
export const eventGroup = (by: keyof typeof columns) => columns[by]

/** Records of the audit log that count, after `fromMs` and up to `toMs`. */
export function eventsBetween(
  read: ReadDb,
  { action, result, actor, target }: EventCondition,
  fromMs: number,
  toMs: number,
) {
  let found = read.selectFrom('audit_records').where('at', '>', fromMs).where('at', '<=', toMs)
  if (action !== '*')
    found = action.endsWith('*')
      ? found.where('action', '>=', action.slice(0, -1)).where('action', '<', `${action.slice(0, -1)}\u{7f}`)
      : found.where('action', '=', action)
  if (result) found = found.where('result', '=', result)
  if (actor !== undefined) found = found.where('actor_label', '=', actor)
  if (target !== undefined) found = found.where('target_id', '=', target)
  return found
}

/** Seconds since the rule heard of whom it waits for. */
async function silenceUntil(read: Database['read'], { id }: ActiveRule, since: number, at: number): Promise<Sample> {
  const heard = await read
    .selectFrom('alert_heartbeats')
    .select('heard_at')
    .where('rule_id', '=', id)
    .executeTakeFirst()
  return sampleOf(id, {}, Math.max(0, at - Math.max(since, heard?.heard_at ?? 0)) / secondMs)
}
