import { createHash } from 'node:crypto'
import type { Alert, Severity } from '#features/alerts/index.ts'
import { secondMs } from '#kernel/time.ts'
import { alertLabels } from '../alertLabels.ts'
import { roundMs } from '../policies/simulate.ts'
import type { StoredPolicy } from '../policies/store.ts'
import { isWithin } from '../policies/times.ts'
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
  /** Whether alerts of this severity are not told now, quiet hours or mute times being on. */
  isQuiet: (severity: Severity) => boolean
}

export interface Member {
  alert: Alert
  /** By silences, other alerts, or the time of day. */
  held: boolean
}

/** Alerts that are told together. */
export interface Group {
  id: string
  key: string
  labels: Record<string, string>
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
    const isHeld = silences(labels).length > 0 || inhibitors(labels, alert.id).length > 0
    for (const destination of find(labels)) {
      const key = groupKey(destination, labels)
      const group = groups.get(key) ?? {
        id: groupId(key),
        key,
        labels: groupLabels(destination, labels),
        course: courseOf(destination, rules, now),
        members: [],
      }
      groups.set(key, group)
      if (alert.state !== 'resolved')
        group.members.push({ alert, held: isHeld || group.course.isQuiet(alert.severity) })
    }
  }
  return new Map([...groups.values()].map((group) => [group.id, group]))
}

const groupId = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 40)

function courseOf(destination: Destination, { policies, channels, routing }: Rules, now: number): Course {
  const policy = policies.find(({ id }) => id === destination.policyId)
  const direct = { delayMs: 0, channels: destination.channels === 'all' ? channels : destination.channels }
  const muted = routing.mute_times
    .filter(({ name }) => destination.muteTimes.includes(name))
    .some(({ windows }) => windows.some((window) => isWithin(window, now)))
  const quiet = (policy?.quiet_hours ?? []).filter(({ window }) => isWithin(window, now))
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
    isQuiet: (severity) => muted || quiet.some(({ exempt }) => !exempt.includes(severity)),
  }
}
