import type { Platform } from '#platform/platform.ts'
import type { Lease } from '#platform/jobs/lease.ts'
import { groupAlerts } from './group.ts'
import { formerCourse, planGroup } from './plan.ts'
import { readState, type State } from './read.ts'
import { changesAnything, write, type Decided } from './write.ts'

interface Deciding {
  platform: Pick<Platform, 'database' | 'now'>
  lease: Pick<Lease, 'fence'>
  externalUrl: string
}

/**
 * Decides once what is to be told, and writes it down to be sent.
 * @returns how many messages there are now to send, and when to decide again at the latest
 * @throws LeaseLost when another server does this by now
 */
export async function decideOnce({
  platform,
  lease,
  externalUrl,
}: Deciding): Promise<{ told: number; dueAt: number | null }> {
  const { database } = platform
  const now = platform.now()
  const state = await readState(database.read, now)
  const decided = decideAll(state, now)
  const changed = decided.filter(changesAnything)
  if (changed.length > 0)
    await database.transaction(async (tx) => {
      for (const one of changed) await write(tx, one, { now, externalUrl, channels: state.channels })
      await lease.fence(tx)
    })
  const dues = decided.flatMap(({ plan }) => plan.dueAt ?? [])
  return {
    told: changed.reduce((sum, { plan }) => sum + plan.tells.length, 0),
    dueAt: dues.length > 0 ? Math.min(...dues) : null,
  }
}

function decideAll({ alerts, rules, channels, remembered }: State, now: number): Decided[] {
  const groups = groupAlerts([...alerts.values()], rules, now)
  const enabled = new Set(channels.keys())
  const former = [...remembered.values()]
    .filter(({ id }) => !groups.has(id))
    .map(({ id, key, labels }) => ({ id, key, labels, course: formerCourse, members: [] }))
  return [...groups.values(), ...former].map((group) => {
    const before = remembered.get(group.id)
    const plan = planGroup({
      group,
      remembered: before ?? { escalation: null, told: [] },
      known: alerts,
      enabled,
      now,
    })
    return { group, before, plan }
  })
}
