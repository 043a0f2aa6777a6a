import type { Escalation } from '../policies/contract.ts'
import { beginOf, endOf } from '../policies/times.ts'
import { firedAt, momentsOf } from './escalate.ts'
import type { Course, Member } from './group.ts'
import { escalationNow, toldLastAt, type Situation } from './plan.ts'

/** A step that comes, should nobody acknowledge and nothing change. */
export interface NextStep {
  /** Ms; now where it is due already. */
  at: number
  /** 1 for the first. */
  step: number
  /** Ids of the channels that it tells. */
  channels: readonly string[]
  /** Whether quiet hours or mute times put it off. */
  held: boolean
}

export interface Prospect {
  state: Escalation['state']
  /** Null where no step comes, or what holds it back has no known end. */
  next: NextStep | null
}

/** How the steps of a group go on, for each of its alerts. */
export function prospects(situation: Omit<Situation, 'known'>): (member: Member) => Prospect {
  const { group, now } = situation
  const { course } = group
  const { escalation, dueAt } = escalationNow(situation)
  const toldAt = toldLastAt(situation) ?? -Infinity
  const running = escalation && stepFrom(course, escalation.since, now)
  // Something worse lets them begin anew.
  const anew = dueAt === null ? null : stepFrom(course, dueAt, dueAt)
  const soonest = running && anew ? (running.at <= anew.at ? running : anew) : (running ?? anew)

  return ({ alert, heldBy }) => {
    if (alert.state !== 'firing') return { state: 'acknowledged', next: null }
    if (heldBy === 'silence') return { state: 'silenced', next: null }
    if (heldBy === 'alert') return { state: 'inhibited', next: null }
    const readyAt = Math.max(firedAt(alert) + course.groupWaitMs, toldAt + course.groupIntervalMs)
    const quiet = course.quietTimes(alert.severity)
    if (heldBy === 'time') return { state: 'quiet', next: stepAfter(course, quiet, now, readyAt) }
    if (!soonest) return { state: 'over', next: null }
    const quietAt = beginOf(quiet, now, soonest.at)
    const next = quietAt === undefined ? soonest : stepAfter(course, quiet, quietAt, readyAt)
    return { state: 'coming', next }
  }
}

/** What is held back ends the steps: after it they begin anew. */
function stepAfter(
  course: Course,
  quiet: ReturnType<Course['quietTimes']>,
  quietAt: number,
  readyAt: number,
): NextStep | null {
  const endsAt = endOf(quiet, quietAt)
  const beginsAt = endsAt === undefined ? undefined : endOf(quiet, Math.max(endsAt, readyAt))
  const next = beginsAt === undefined ? null : stepFrom(course, beginsAt, beginsAt)
  return next && { ...next, held: true }
}

/** Of steps that run since then the first that is due at `from` or later, with all that are due at the same moment. */
function stepFrom({ steps, roundMs }: Course, since: number, from: number): NextStep | null {
  const due = steps.flatMap(({ delayMs, channels }, index) => {
    // Times are whole milliseconds: what is after the one before is then or later.
    const { nextAt } = momentsOf(since + delayMs, roundMs, from - 1)
    return nextAt === null || channels.length === 0 ? [] : [{ at: nextAt, step: index + 1, channels }]
  })
  const at = Math.min(...due.map((one) => one.at))
  const together = due.filter((one) => one.at === at)
  const [first] = together
  if (!first) return null
  return { at, step: first.step, channels: [...new Set(together.flatMap(({ channels }) => channels))], held: false }
}
