import { isDeepStrictEqual } from 'node:util'
import { AppError } from '#kernel/errors.ts'
import { newId } from '#kernel/id.ts'
import { iso } from '#kernel/time.ts'
import type { Context } from '#platform/context.ts'
import type { Tx } from '#platform/database/database.ts'
import type { RuleInput } from '../contract.ts'
import { endAlertsOf } from '../life/end.ts'
import { noTransitions } from '../life/transitions.ts'
import type { Rule } from '../rule.ts'
import { storedRule } from '../store.ts'
import { checkRule } from './check.ts'
import { ruleFrom } from './input.ts'
import { oneRule, type KnownRule } from './known.ts'

/** Returns the id. @throws AppError VALIDATION_FAILED, PERMISSION_DENIED */
export async function createRule(ctx: Context, given: RuleInput): Promise<string> {
  const rule = ruleFrom(given, null)
  checkRule(ctx, rule)
  const id = newId()
  await ctx.change('alert.rule-create', { kind: 'alert_rule', id }, async (tx, note) => {
    await insertRule(tx, ctx, id, rule)
    note.after = rule
    note.event = { name: rule.name }
  })
  return id
}

export async function insertRule(tx: Tx, ctx: Context, id: string, rule: Rule): Promise<void> {
  const now = ctx.now()
  await tx
    .insertInto('alert_rules')
    .values({
      id,
      ...storedRule(rule),
      builtin: 0,
      version: 1,
      created_at: now,
      updated_at: now,
      updated_by: ctx.actor.label,
    })
    .execute()
}

/** What is left out stays. @throws AppError CONFLICT where somebody saved since, or for what is locked */
export async function updateRule(ctx: Context, id: string, given: RuleInput): Promise<void> {
  const known = await oneRule(ctx.db, id)
  const rule = ruleFrom(given, known.rule)
  if (!isDeepStrictEqual(rule.condition, known.rule?.condition)) checkRule(ctx, rule)
  else checkRule(ctx, { ...rule, condition: harmless })
  await ctx.change('alert.rule-update', { kind: 'alert_rule', id }, async (tx, note) => {
    const before = await oneRule(tx, id)
    if (before.version !== (given.version ?? known.version)) throw savedSince(before)
    const ended = await replaceRule(tx, ctx, before, rule)
    note.before = before.rule ?? { problem: before.problem }
    note.after = rule
    note.event = { name: rule.name, transitions: { ...noTransitions(), resolved: ended } }
  })
}

/** Stands for a condition that stays: whoever may write rules may give it another name without reading what it reads. */
const harmless = { type: 'heartbeat', source: 'push', query: '', timeout_seconds: 60 } as const

/** Returns the alerts that ended, where the rule was switched off. */
export async function replaceRule(tx: Tx, ctx: Context, before: KnownRule, rule: Rule): Promise<string[]> {
  if (before.builtin && before.rule) requireUnlocked(before.rule, rule)
  const now = ctx.now()
  const { numUpdatedRows } = await tx
    .updateTable('alert_rules')
    .set({ ...storedRule(rule), version: before.version + 1, updated_at: now, updated_by: ctx.actor.label })
    .where('id', '=', before.id)
    .where('version', '=', before.version)
    .executeTakeFirst()
  // Two at once may both have read the same version; the first wins.
  if (numUpdatedRows === 0n) throw savedSince(await oneRule(tx, before.id))
  return rule.enabled ? [] : endAlertsOf(tx, before.id, ending(ctx, 'rule disabled'))
}

const savedSince = ({ version, updated_at, updated_by }: KnownRule): AppError =>
  new AppError('CONFLICT', `${updated_by} saved this rule meanwhile`, {
    version,
    updated_by,
    updated_at: iso(updated_at),
  })

/** Fields of a condition that make it stricter or milder, and leave what it looks at. */
const adjustable = new Set([
  'operator',
  'threshold',
  'recovery_threshold',
  'days',
  'deviations',
  'ratio',
  'requests_min',
])

function requireUnlocked(before: Rule, after: Rule): void {
  const fixed = ({ condition, name }: Rule) => [
    name,
    ...Object.entries(condition).filter(([field]) => !adjustable.has(field)),
  ]
  if (!isDeepStrictEqual(fixed(before), fixed(after)))
    throw new AppError('CONFLICT', 'This rule comes with Miktos; make one of your own to look at something else', {
      locked: 'builtin',
    })
}

/** Its open alerts are resolved. @throws AppError CONFLICT for one that came with the product */
export async function deleteRule(ctx: Context, id: string): Promise<void> {
  await ctx.change('alert.rule-delete', { kind: 'alert_rule', id }, async (tx, note) => {
    const before = await oneRule(tx, id)
    if (before.builtin)
      throw new AppError('CONFLICT', 'This rule comes with Miktos; switch it off instead', { locked: 'builtin' })
    const ended = await endAlertsOf(tx, id, ending(ctx, 'rule deleted'))
    await tx.updateTable('alerts').set({ rule_id: null }).where('rule_id', '=', id).execute()
    for (const table of ['alert_standings', 'alert_heartbeats'] as const)
      await tx.deleteFrom(table).where('rule_id', '=', id).execute()
    await tx.deleteFrom('alert_rules').where('id', '=', id).execute()
    note.before = before.rule ?? { problem: before.problem }
    note.event = { name: before.name, transitions: { ...noTransitions(), resolved: ended } }
  })
}

const ending = (ctx: Context, resolution: string) => ({ at: ctx.now(), by: ctx.actor.label, resolution })
