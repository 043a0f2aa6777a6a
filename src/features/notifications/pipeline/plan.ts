import type { Alert } from '#features/alerts/index.ts'
import { engagement, escalate, firedAt, type Escalation, type EscalationDecision } from './escalate.ts'
import type { Course, Group, Member } from './group.ts'

/** What a channel was told last of a group. */
export interface Told {
  channelId: string
  /** Ids of the alerts that fire as far as it knows. */
  firing: readonly string[]
  at: number
  /** Whether something is on its way to it still. */
  isPending: boolean
}

/** A message that is due. */
export interface Tell {
  channelId: string
  firing: Alert[]
  resolved: Alert[]
  /** Why now, in words. */
  reason: string
}

export interface Plan {
  escalation: Escalation | null
  tells: Tell[]
  /** Ids of what fires as far as each channel knows after this; channels that are not there know nothing more. */
  knows: Map<string, readonly string[]>
  /** When to look again, should nothing change before. */
  dueAt: number | null
}

/** What is remembered of a group. */
export interface Remembered {
  escalation: Escalation | null
  told: readonly Told[]
}

export interface Situation {
  group: Pick<Group, 'course' | 'members'>
  remembered: Remembered
  /** Every alert that a channel was told of and that is still known, by id. */
  known: ReadonlyMap<string, Alert>
  /** Ids of the enabled channels. */
  enabled: ReadonlySet<string>
  now: number
}

/** A group whose alerts have resolved, or go elsewhere by now: what was told of it is told to have resolved. */
export const formerCourse: Course = {
  steps: [],
  roundMs: null,
  repeatMs: null,
  groupWaitMs: 0,
  groupIntervalMs: 0,
  quietTimes: () => [],
  isQuiet: () => false,
}

/**
 * Decides what is to be told now. Nothing is remembered but what channels were told and since when the steps run, so
 * that it does not matter how often, or how late, this is asked: what is due and was not told is told.
 */
export function planGroup(situation: Situation): Plan {
  const { group } = situation
  const told = toldNow(situation)
  const { escalation, dueAt } = escalationNow(situation)
  const channels = new Set([
    ...told.map(({ channelId }) => channelId),
    ...group.course.steps.flatMap((step) => step.channels),
  ])
  const plan: Plan = { escalation, tells: [], knows: new Map(), dueAt }
  for (const channelId of channels) {
    const before = told.find((entry) => entry.channelId === channelId)
    const decision = decide(channelId, before, escalation, situation)
    plan.dueAt = earlier(plan.dueAt, decision.dueAt)
    if (decision.tell) plan.tells.push(decision.tell)
    if (decision.knows.length > 0) plan.knows.set(channelId, decision.knows)
  }
  return plan
}

const mayBeTold = ({ heldBy }: Member): boolean => heldBy === null

type Escalating = Omit<Situation, 'known'>

const toldNow = ({ remembered, enabled }: Escalating): Told[] =>
  remembered.told.filter(({ channelId }) => enabled.has(channelId))

/** When any channel was told of the group last; null where none was. */
export function toldLastAt(situation: Escalating): number | null {
  const told = toldNow(situation)
  return told.length > 0 ? Math.max(...told.map(({ at }) => at)) : null
}

/** Whether the steps run now, and since when. */
export function escalationNow(situation: Escalating): EscalationDecision {
  const { group, remembered, now } = situation
  const alerts = group.members
    .filter(mayBeTold)
    .map(({ alert }) => alert)
    .filter(({ state }) => state === 'firing')
  return escalate(remembered.escalation, { alerts, toldAt: toldLastAt(situation) }, group.course, now)
}

interface Decision {
  tell: Tell | null
  knows: readonly string[]
  dueAt: number | null
}

function decide(
  channelId: string,
  told: Told | undefined,
  escalation: Escalation | null,
  situation: Situation,
): Decision {
  const { group, now } = situation
  const { course } = group
  const engaged = escalation && engagement(channelId, escalation, course, now)
  const stepAt = engaged?.latestAt ?? null
  const shown = group.members.filter(mayBeTold).map(({ alert }) => alert)
  const known = told?.firing ?? []
  const fresh = stepAt === null ? [] : shown.filter(({ id }) => !known.includes(id))
  const { resolved, kept } = ended(known, situation)
  const dueAt = Math.min(changeAt(fresh, resolved, told, course), againAt(stepAt, fresh, told, course))
  if (dueAt > now) {
    const knows = [...kept, ...resolved.map(({ id }) => id)]
    return { tell: null, knows, dueAt: earlier(dueAt === Infinity ? null : dueAt, engaged?.nextAt ?? null) }
  }
  const firing = stepAt === null ? shown.filter(({ id }) => known.includes(id)) : shown
  const names = new Set(firing.map(({ fingerprint }) => fingerprint))
  // What fires again is not said to have resolved in the same breath.
  const gone = resolved.filter(({ fingerprint }) => !names.has(fingerprint))
  const reason = reasonOf({ fresh, gone, told, step: engaged?.step ?? 0 })
  return {
    tell: firing.length + gone.length > 0 ? { channelId, firing, resolved: gone, reason } : null,
    knows: [...new Set([...kept, ...firing.map(({ id }) => id)])],
    // What follows from having told it is seen when it is looked at next, at once.
    dueAt: now,
  }
}

/** Which of the alerts it knows have resolved and may be told so, and which it goes on to know. */
function ended(ids: readonly string[], { known, group }: Situation): { resolved: Alert[]; kept: string[] } {
  const resolved: Alert[] = []
  const kept: string[] = []
  for (const id of ids) {
    const alert = known.get(id)
    // One that was deleted meanwhile has nothing left to tell.
    if (!alert) continue
    if (alert.state === 'resolved' && !group.course.isQuiet(alert.severity)) resolved.push(alert)
    else kept.push(id)
  }
  return { resolved, kept }
}

/** When what changed is told: together with what else changes, and not too soon after the last message. */
function changeAt(fresh: Alert[], resolved: Alert[], told: Told | undefined, course: Course): number {
  const first = Math.min(...fresh.map(firedAt), ...resolved.map((alert) => alert.resolved_at ?? alert.updated_at))
  return Math.max(first + course.groupWaitMs, told ? told.at + course.groupIntervalMs : -Infinity)
}

/** When it is told all of it, whether something changed or not: because its step is due, or it was long ago. */
function againAt(stepAt: number | null, fresh: Alert[], told: Told | undefined, { repeatMs }: Course): number {
  if (stepAt === null) return Infinity
  if (!told) return stepAt
  // To repeat what has not even arrived helps nobody.
  if (told.isPending && fresh.length === 0) return Infinity
  if (told.at < stepAt) return stepAt
  return repeatMs === null ? Infinity : told.at + repeatMs
}

function reasonOf(of: { fresh: Alert[]; gone: Alert[]; told: Told | undefined; step: number }): string {
  if (!of.told && of.step > 1) return `escalated: step ${of.step}`
  if (of.fresh.length > 0) return 'new alerts'
  return of.gone.length > 0 ? 'resolved' : 'repeated'
}

const earlier = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b)
