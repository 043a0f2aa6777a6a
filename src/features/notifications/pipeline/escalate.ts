import { severities, type Alert, type Severity } from '#features/alerts/index.ts'
import type { Course } from './group.ts'

/** That the steps of a course run: until all is acknowledged, resolved, or held back. */
export interface Escalation {
  since: number
  /** The worst so far: a worse one lets the steps begin anew. */
  severity: Severity
}

export interface EscalationDecision {
  escalation: Escalation | null
  /** When to look again; null where nothing but a change of the alerts changes it. */
  dueAt: number | null
}

/** What a group has of alerts that may be told, and that nobody has acknowledged. */
interface Waiting {
  alerts: readonly Alert[]
  /** When any channel was told of the group last; null where none was. */
  toldAt: number | null
}

export function escalate(
  before: Escalation | null,
  { alerts, toldAt }: Waiting,
  { groupWaitMs, groupIntervalMs }: Course,
  now: number,
): EscalationDecision {
  if (alerts.length === 0) return { escalation: null, dueAt: null }
  const worst = Math.max(...alerts.map(rank))
  if (before && worst <= severities.indexOf(before.severity)) return { escalation: before, dueAt: null }
  const firstAt = Math.min(...alerts.filter((alert) => !before || rank(alert) === worst).map(firedAt))
  // What comes and goes is told no oftener than anything else of a group; what is worse than before, at once.
  const earliestAt = before || toldAt === null ? -Infinity : toldAt + groupIntervalMs
  const startsAt = Math.max(firstAt + groupWaitMs, earliestAt)
  if (startsAt > now) return { escalation: before, dueAt: startsAt }
  return { escalation: { since: now, severity: severities[worst]! }, dueAt: null }
}

const rank = ({ severity }: Alert): number => severities.indexOf(severity)

export const firedAt = ({ fired_at, pending_at }: Alert): number => fired_at ?? pending_at

/** The steps that lead to a channel, as far as they are due. */
export interface Engagement {
  /** When the latest of them became due; null before the first. */
  latestAt: number | null
  /** Which that was, 1 for the first. */
  step: number
  /** When the next will be due. */
  nextAt: number | null
}

export function engagement(channelId: string, { since }: Escalation, course: Course, now: number): Engagement {
  const found: Engagement = { latestAt: null, step: 0, nextAt: null }
  for (const [index, { delayMs, channels }] of course.steps.entries()) {
    if (!channels.includes(channelId)) continue
    const { latestAt, nextAt } = momentsOf(since + delayMs, course.roundMs, now)
    if (latestAt !== null && latestAt >= (found.latestAt ?? -Infinity)) {
      found.latestAt = latestAt
      found.step = index + 1
    }
    if (nextAt !== null) found.nextAt = Math.min(nextAt, found.nextAt ?? Infinity)
  }
  return found
}

/** Of the moments `first`, `first + every`, …: the last that is not after now, and the first that is. */
export function momentsOf(
  first: number,
  every: number | null,
  now: number,
): { latestAt: number | null; nextAt: number | null } {
  if (now < first) return { latestAt: null, nextAt: first }
  if (every === null) return { latestAt: first, nextAt: null }
  const latestAt = first + Math.floor((now - first) / every) * every
  return { latestAt, nextAt: latestAt + every }
}
