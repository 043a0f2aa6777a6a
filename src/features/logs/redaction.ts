import { invalid } from '#kernel/errors.ts'
import type { Handlers } from '#platform/http/endpoints.ts'
import type { Platform, Stop } from '#platform/platform.ts'
import { redactedKinds } from '#platform/logging/patterns.ts'
import type { RedactionRule } from '#platform/telemetry/ingest/redact.ts'
import type { logsEndpoints } from './contract.ts'
import { redactionRules } from './store.ts'

const changed = 'logs.set-redaction'

const read = async ({ database }: Pick<Platform, 'database'>): Promise<RedactionRule[]> =>
  (await redactionRules(database.read)).map(({ name, pattern, enabled }) => ({ name, pattern, enabled: enabled === 1 }))

const view = async (platform: Platform) => ({ rules: await read(platform), built_in: [...redactedKinds] })

export const redactionHandlers: Pick<Handlers<typeof logsEndpoints>, 'redaction' | 'setRedaction'> = {
  redaction: ({ platform }) => view(platform),
  setRedaction: async (ctx, { body: { rules } }) => {
    // Here, because what it brings along is needed nowhere else in this thread.
    const { compileExpression } = await import('#platform/telemetry/labels.ts')
    for (const { pattern } of rules) compileExpression(pattern)
    const names = new Set(rules.map(({ name }) => name))
    if (names.size < rules.length) throw invalid('rules', 'Two rules have the same name')
    await ctx.change(changed, { kind: 'redaction', id: 'logs' }, async (tx, note) => {
      note.before = { rules: await redactionRules(tx) }
      await tx.deleteFrom('log_redaction_rules').execute()
      const rows = rules.map(({ name, pattern, enabled }, position) => ({
        name,
        pattern,
        enabled: Number(enabled),
        position,
      }))
      if (rows.length > 0) await tx.insertInto('log_redaction_rules').values(rows).execute()
      note.after = { rules }
    })
    ctx.platform.telemetry.redactBy(rules)
    return view(ctx.platform)
  },
}

/** Before the first line comes in; then whenever any server changes the rules. */
export async function startRedaction(platform: Platform): Promise<Stop> {
  const apply = async (): Promise<void> => platform.telemetry.redactBy(await read(platform))
  await apply()
  return platform.events.subscribe(changed, () =>
    apply().catch((error: unknown) => platform.log.warn({ component: 'logs', err: error }, 'redaction rules not read')),
  )
}
