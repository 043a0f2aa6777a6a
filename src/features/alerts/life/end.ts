import type { Tx } from '#platform/database/database.ts'
import { recordHistory } from './history.ts'

interface Ending {
  at: number
  /** Null for Miktos itself. */
  by: string | null
  /** Why, in a few words: `rule deleted`. */
  resolution: string
}

/** Resolves all open alerts of a rule, and returns their ids. */
export async function endAlertsOf(tx: Tx, ruleId: string, { at, by, resolution }: Ending): Promise<string[]> {
  const open = await tx
    .selectFrom('alerts')
    .select('id')
    .where('rule_id', '=', ruleId)
    .where('open_key', 'is not', null)
    .execute()
  const ids = open.map(({ id }) => id)
  if (ids.length === 0) return []
  await tx
    .updateTable('alerts')
    .set({ state: 'resolved', resolved_at: at, resolved_by: by, resolution, open_key: null, updated_at: at })
    .where('rule_id', '=', ruleId)
    .where('open_key', 'is not', null)
    .execute()
  await recordHistory(
    tx,
    ids.map((alert_id) => ({ alert_id, at, what: 'resolved', by, detail: resolution })),
  )
  return ids
}
