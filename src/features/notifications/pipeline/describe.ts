import type { Alert } from '#features/alerts/index.ts'
import type { ReadDb } from '#platform/database/database.ts'
import type { Labels } from '#platform/telemetry/labels.ts'
import { alertLabels } from '../alertLabels.ts'
import { compileRouting, groupKey, groupLabels, type Destination } from '../routing/match.ts'
import { readState, type State } from './read.ts'
import { inhibitedBy, silencedBy } from './suppress.ts'

/** An alert that fires, and who is told of it. */
export interface RoutedAlert {
  alert: Alert
  labels: Labels
  /** Ids of silences, and of alerts, that keep it from being told. */
  silencedBy: string[]
  inhibitedBy: string[]
  groups: { key: string; labels: Record<string, string>; receivers: string[] }[]
}

/** Every alert that fires, with where routes lead it now. */
export async function routedAlerts(db: ReadDb, now: number): Promise<RoutedAlert[]> {
  const state = await readState(db, now)
  const firing = [...state.alerts.values()].filter((alert) => alert.state !== 'resolved')
  const find = compileRouting(state.rules.routing)
  const silences = silencedBy(state.rules.silences)
  const inhibitors = inhibitedBy(state.rules.routing.inhibit_rules, firing)
  return firing.map((alert) => {
    const labels = alertLabels(alert)
    return {
      alert,
      labels,
      silencedBy: silences(labels),
      inhibitedBy: inhibitors(labels, alert.id),
      groups: find(labels).map((destination) => ({
        key: groupKey(destination, labels),
        labels: groupLabels(destination, labels),
        receivers: receiversOf(destination, state),
      })),
    }
  })
}

/** Names of the channels that it may reach. */
function receiversOf({ policyId, channels }: Destination, { rules, channels: enabled }: State): string[] {
  const policy = rules.policies.find(({ id }) => id === policyId)
  const ids = policy ? policy.steps.flatMap((step) => step.channels) : channels === 'all' ? rules.channels : channels
  return [...new Set(ids)].flatMap((id) => enabled.get(id)?.name ?? [])
}
