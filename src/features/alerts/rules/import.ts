import { isDeepStrictEqual } from 'node:util'
import { AppError } from '#kernel/errors.ts'
import { newId } from '#kernel/id.ts'
import type { Context } from '#platform/context.ts'
import { noTransitions } from '../life/transitions.ts'
import type { Rule } from '../rule.ts'
import { insertRule, replaceRule } from './change.ts'
import { checkRule } from './check.ts'
import { allRules, type KnownRule } from './known.ts'
import { rulesIn, type Problem } from './yaml.ts'

export interface Change {
  name: string
  change: 'create' | 'update' | 'unchanged'
}

interface Planned extends Change {
  rule: Rule
  before: KnownRule | undefined
}

/** Stores the rules of a YAML file, all or, where there are problems or on a dry run, none. */
export async function importRules(
  ctx: Context,
  { yaml, dry_run }: { yaml: string; dry_run: boolean },
): Promise<{ dry_run: boolean; changes: Change[]; problems: Problem[] }> {
  const { rules, problems } = rulesIn(yaml)
  const refused = rules.flatMap(({ where, rule }) => problemOf(ctx, where, rule))
  const plan = planOf(
    rules.map(({ rule }) => rule),
    await allRules(ctx.db),
  )
  const found = [...problems, ...refused]
  const changed = plan.filter(({ change }) => change !== 'unchanged')
  if (!dry_run && found.length === 0 && changed.length > 0) await store(ctx, changed)
  return { dry_run, changes: plan.map(({ name, change }) => ({ name, change })), problems: found }
}

function problemOf(ctx: Context, where: string, rule: Rule): Problem[] {
  try {
    checkRule(ctx, rule)
    return []
  } catch (error) {
    if (error instanceof AppError && error.code === 'VALIDATION_FAILED') return [{ where, message: error.message }]
    throw error
  }
}

/** Several rules may have one name, for different severities: the first of the file is the first that is here, and so on. */
function planOf(rules: readonly Rule[], known: readonly KnownRule[]): Planned[] {
  const here = Map.groupBy(known, ({ name, rule }) => JSON.stringify([name, rule?.severity]))
  return rules.map((rule): Planned => {
    const before = here.get(JSON.stringify([rule.name, rule.severity]))?.shift()
    const change = !before ? 'create' : isDeepStrictEqual(before.rule, rule) ? 'unchanged' : 'update'
    return { name: rule.name, change, rule, before }
  })
}

async function store(ctx: Context, planned: readonly Planned[]): Promise<void> {
  await ctx.change('alert.rules-import', { kind: 'alert_rule', id: 'import' }, async (tx, note) => {
    const resolved: string[] = []
    for (const { rule, before } of planned) {
      if (before) resolved.push(...(await replaceRule(tx, ctx, before, rule)))
      else await insertRule(tx, ctx, newId(), rule)
    }
    note.after = { rules: planned.map(({ name, change }) => `${change} ${name}`) }
    note.event = { transitions: { ...noTransitions(), resolved } }
  })
}
