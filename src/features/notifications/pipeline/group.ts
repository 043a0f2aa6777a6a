import { createHash } from 'node:crypto'
import { severities, type Alert, type Severity } from '#features/alerts/index.ts'
import { secondMs } from '#kernel/time.ts'
import type { Labels } from '#platform/telemetry/labels.ts'
import { alertLabels } from '../alertLabels.ts'
import { heldWindows, roundMs } from '../policies/simulate.ts'
import type { StoredPolicy } from '../policies/store.ts'
import { isWithin } from '../policies/times.ts'
import type { TimeWindow } from '../policies/window.ts'
import type { Routing } from '../routing/contract.ts'
import { compileRouting, groupKey, groupLabels, type Destination } from '../routing/match.ts'
import type { StoredSilence } from '../silences/store.ts'
import { inhibitedBy, silencedBy } from './suppress.ts'

/** Whom to tell of a group, and how often. */
export interface Course {
  steps: readonly { delayMs: number; channels: readonly string[] }[]
  /** From one round of the steps to the next; null for one round only. */
  roundMs: number | null
  /** When a channel is told again what still fires; null where rounds do that. */
  repeatMs: number | null
  groupWaitMs: number
  groupIntervalMs: number
  /** The times in which alerts of this severity are not told: quiet hours and mute times. */
  quietTimes: (severity: Severity) => readonly TimeWindow[]
  /** Whether alerts of this severity are not told now. */
  isQuiet: (severity: Severity) => boolean
}

/** What keeps an alert from being told: a silence, another alert, or the time of day. */
export type HeldBy = 'silence' | 'alert' | 'time'

export interface Member {
  alert: Alert
  /** Null where it may be told. */
  heldBy: HeldBy | null
}

/** Alerts that are told together. */
export interface Group {
  id: string
  key: string
  labels: Record<string, string>
  /** Whose steps the course has; undefined where the route names channels. */
  policy: StoredPolicy | undefined
  course: Course
  members: Member[]
}

/** Everything that decides where alerts go. */
export interface Rules {
  routing: Routing
  policies: readonly StoredPolicy[]
  silences: readonly StoredSilence[]
  /** Ids of the enabled channels. */
  channels: readonly string[]
}

/** Sorts alerts into groups. Those that have resolved are no members, but their groups are found too. */
export function groupAlerts(alerts: readonly Alert[], rules: Rules, now: number): Map<string, Group> {
  const firing = alerts.filter(({ state }) => state !== 'resolved')
  const find = compileRouting(rules.routing)
  const silences = silencedBy(rules.silences)
  const inhibitors = inhibitedBy(rules.routing.inhibit_rules, firing)
  const groups = new Map<string, Group>()
  for (const alert of alerts) {
    const labels = alertLabels(alert)
    const heldBy = silences(labels).length > 0 ? 'silence' : inhibitors(labels, alert.id).length > 0 ? 'alert' : null
    for (const destination of find(labels)) {
      const key = groupKey(destination, labels)
      const group = groups.get(key) ?? newGroup(key, labels, destination, rules, now)
      groups.set(key, group)
      if (alert.state !== 'resolved')
        group.members.push({ alert, heldBy: heldBy ?? (group.course.isQuiet(alert.severity) ? 'time' : null) })
    }
  }
  return new Map([...groups.values()].map((group) => [group.id, group]))
}

function newGroup(key: string, labels: Labels, destination: Destination, rules: Rules, now: number): Group {
  const policy = rules.policies.find(({ id }) => id === destination.policyId)
  return {
    id: groupId(key),
    key,
    labels: groupLabels(destination, labels),
    policy,
    course: courseOf(destination, policy, rules, now),
    members: [],
  }
}

const groupId = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 40)

function courseOf(
  destination: Destination,
  policy: StoredPolicy | undefined,
  { channels, routing }: Rules,
  now: number,
): Course {
  const direct = { delayMs: 0, channels: destination.channels === 'all' ? channels : destination.channels }
  const quietTimes = (severity: Severity) => heldWindows({ destination, policy, routing, severity })
  const quietNow = new Set(severities.filter((severity) => quietTimes(severity).some((time) => isWithin(time, now))))
  const enabled = new Set(channels)
  return {
    steps: (policy
      ? policy.steps.map((step) => ({ delayMs: step.delay_seconds * secondMs, channels: step.channels }))
      : [direct]
    ).map((step) => ({ ...step, channels: step.channels.filter((id) => enabled.has(id)) })),
    roundMs: policy ? roundMs(policy) : null,
    repeatMs: policy ? null : destination.repeatMs,
    groupWaitMs: destination.groupWaitMs,
    groupIntervalMs: destination.groupIntervalMs,
    quietTimes,
    isQuiet: (severity) => quietNow.has(severity),
  }
}
