import { iso } from '#kernel/time.ts'
import type { ReadDb } from '#platform/database/database.ts'
import type { Escalation } from '../policies/contract.ts'
import { groupAlerts } from './group.ts'
import { prospects, type NextStep } from './nextStep.ts'
import { readState, type State } from './read.ts'

/** How it goes on for each alert that fires under a policy, what comes soonest first. */
export async function escalations(db: ReadDb, now: number, alertId?: string): Promise<Escalation[]> {
  const state = await readState(db, now)
  const found = [...groupAlerts([...state.alerts.values()], state.rules, now).values()].flatMap((group) => {
    const { id, policy, members } = group
    if (!policy) return []
    const remembered = state.remembered.get(id) ?? { escalation: null, told: [] }
    const goesOn = prospects({ group, remembered, enabled: new Set(state.channels.keys()), now })
    return members
      .filter(({ alert }) => alertId === undefined || alert.id === alertId)
      .map((member): Escalation => {
        const { state: goes, next } = goesOn(member)
        return {
          alert_id: member.alert.id,
          policy_id: policy.id,
          policy_name: policy.name,
          state: goes,
          step_count: policy.steps.length,
          next: next && stepView(next, state),
        }
      })
  })
  return found.toSorted((a, b) => (a.next?.at ?? last).localeCompare(b.next?.at ?? last))
}

/** Sorts behind every time. */
const last = '~'

const stepView = ({ at, ...next }: NextStep, { channels }: State): NonNullable<Escalation['next']> => ({
  ...next,
  at: iso(at),
  channels: next.channels.flatMap((id) => channels.get(id) ?? []),
})
