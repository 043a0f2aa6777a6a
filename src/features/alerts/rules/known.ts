import { notFound } from '#kernel/errors.ts'
import type { ReadDb, Tx } from '#platform/database/database.ts'
import { Rule } from '../rule.ts'
import type { RuleRow } from '../store.ts'

/** A rule that is stored. One that cannot be read any more has a problem instead; it disturbs no other. */
export type KnownRule = Omit<RuleRow, 'rule_json' | 'builtin' | 'enabled'> & { builtin: boolean; enabled: boolean } & (
    | { rule: Rule; problem: null }
    | { rule: null; problem: string }
  )

export function knownRule({ rule_json, builtin, enabled, ...row }: RuleRow): KnownRule {
  return { ...row, builtin: builtin === 1, enabled: enabled === 1, ...read(rule_json) }
}

function read(json: string): { rule: Rule; problem: null } | { rule: null; problem: string } {
  const parsed = Rule.safeParse(jsonIn(json))
  if (parsed.success) return { rule: parsed.data, problem: null }
  const [issue] = parsed.error.issues
  return { rule: null, problem: `What is stored is no rule: ${issue?.path.join('.') || 'all'}: ${issue?.message}` }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export async function allRules(db: ReadDb): Promise<KnownRule[]> {
  const rows = await db.selectFrom('alert_rules').selectAll().orderBy('name').orderBy('id').execute()
  return rows.map(knownRule)
}

/** @throws AppError RESOURCE_NOT_FOUND */
export async function oneRule(db: ReadDb | Tx, id: string): Promise<KnownRule> {
  const row = await db.selectFrom('alert_rules').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw notFound('alert rule', id)
  return knownRule(row)
}
