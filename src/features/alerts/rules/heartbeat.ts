import { invalid } from '#kernel/errors.ts'
import type { Context } from '#platform/context.ts'
import type { Database } from '#platform/database/database.ts'
import { isDuplicate } from '#platform/database/failures.ts'
import { oneRule } from './known.ts'

/** A measurement, not a change: it is stored without an audit record. @throws AppError RESOURCE_NOT_FOUND */
export async function hearHeartbeat(ctx: Context, ruleId: string): Promise<void> {
  const { rule } = await oneRule(ctx.db, ruleId)
  if (rule?.condition.type !== 'heartbeat' || rule.condition.source !== 'push')
    throw invalid('rule_id', 'This rule does not wait for calls')
  const heard = { rule_id: ruleId, heard_at: ctx.now() }
  if (!(await renew(ctx.platform.database, heard))) await begin(ctx.platform.database, heard)
}

interface Heard {
  rule_id: string
  heard_at: number
}

/** Whether it was heard before. */
async function renew({ write }: Database, { rule_id, heard_at }: Heard): Promise<boolean> {
  await write.updateTable('alert_heartbeats').set({ heard_at }).where('rule_id', '=', rule_id).execute()
  // How many rows an update changed does not tell: on MariaDB the same time again changes none.
  const known = await write
    .selectFrom('alert_heartbeats')
    .select('rule_id')
    .where('rule_id', '=', rule_id)
    .executeTakeFirst()
  return known !== undefined
}

async function begin({ write }: Database, heard: Heard): Promise<void> {
  try {
    await write.insertInto('alert_heartbeats').values(heard).execute()
  } catch (error) {
    // Two were the first at the same moment.
    if (!isDuplicate(error)) throw error
  }
}
