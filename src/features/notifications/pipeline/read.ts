import { alertsByIds, type Alert, type Severity } from '#features/alerts/index.ts'
import type { ReadDb } from '#platform/database/database.ts'
import { storedPolicies } from '../policies/store.ts'
import { storedRouting } from '../routing/store.ts'
import { activeSilences } from '../silences/store.ts'
import { firingAlerts } from './alerts.ts'
import type { Rules } from './group.ts'
import type { Remembered, Told } from './plan.ts'

/** A group that was told of. */
export interface RememberedGroup extends Remembered {
  id: string
  key: string
  labels: Record<string, string>
}

export interface ChannelName {
  id: string
  name: string
  kind: string
}

/** Everything that decides what is told now. */
export interface State {
  /** That fire, and those that a channel was told of, whatever became of them. */
  alerts: Map<string, Alert>
  rules: Rules
  /** The enabled ones, by id. */
  channels: Map<string, ChannelName>
  remembered: Map<string, RememberedGroup>
}

export async function readState(db: ReadDb, now: number): Promise<State> {
  const [{ routing }, policies, silences, channels, remembered, firing] = await Promise.all([
    storedRouting(db),
    storedPolicies(db),
    activeSilences(db, now),
    enabledChannels(db),
    rememberedGroups(db),
    firingAlerts(db),
  ])
  const alerts = new Map(firing.map((alert) => [alert.id, alert]))
  const others = [...remembered.values()].flatMap(({ told }) => told.flatMap((entry) => entry.firing))
  for (const alert of await alertsByIds(
    db,
    [...new Set(others)].filter((id) => !alerts.has(id)),
  ))
    alerts.set(alert.id, alert)
  return { alerts, channels, remembered, rules: { routing, policies, silences, channels: [...channels.keys()] } }
}

export async function enabledChannels(db: ReadDb): Promise<Map<string, ChannelName>> {
  const rows = await db
    .selectFrom('notification_channels')
    .select(['id', 'name', 'kind'])
    .where('enabled', '=', 1)
    .orderBy('id')
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

async function rememberedGroups(db: ReadDb): Promise<Map<string, RememberedGroup>> {
  const rows = await db.selectFrom('notification_groups').selectAll().execute()
  if (rows.length === 0) return new Map()
  const told = await toldByGroup(db)
  return new Map(
    rows.map(({ id, key_text, labels_json, escalating_since: since, escalating_severity: severity }) => [
      id,
      {
        id,
        key: key_text,
        labels: JSON.parse(labels_json) as Record<string, string>,
        escalation: since === null ? null : { since, severity: severity as Severity },
        told: told.get(id) ?? [],
      },
    ]),
  )
}

async function toldByGroup(db: ReadDb): Promise<Map<string, Told[]>> {
  const [rows, waiting] = await Promise.all([
    db.selectFrom('notification_told').selectAll().execute(),
    db
      .selectFrom('notification_deliveries')
      .select(['group_id', 'channel_id'])
      .where('state', 'in', ['waiting', 'sending'])
      .execute(),
  ])
  const pending = new Set(waiting.map(({ group_id, channel_id }) => `${group_id} ${channel_id}`))
  const told = new Map<string, Told[]>()
  for (const { group_id, channel_id, firing_json, at } of rows) {
    const entry: Told = {
      channelId: channel_id,
      firing: JSON.parse(firing_json),
      at,
      isPending: pending.has(`${group_id} ${channel_id}`),
    }
    told.set(group_id, [...(told.get(group_id) ?? []), entry])
  }
  return told
}
