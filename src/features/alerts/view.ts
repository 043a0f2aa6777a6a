import type * as z from 'zod'
import { dayMs, iso, isoOrNull } from '#kernel/time.ts'
import type { ReadDb } from '#platform/database/database.ts'
import type { Alert } from './alert.ts'
import type { AlertDetail, AlertView, RuleView } from './contract.ts'
import { firedSince, oneAlert } from './life/reading.ts'
import { expressionOf } from './rules/expression.ts'
import { knownRule, oneRule, type KnownRule } from './rules/known.ts'
import { ruleDefaults } from './rule.ts'
import { alertOf } from './store.ts'

/** What the newest evaluation of a rule came to. */
export interface Evaluation {
  at: number
  /** Null where another server evaluated. */
  tookMs: number | null
  error: string | null
  noData: boolean
}

export type Evaluations = (ruleId: string) => Evaluation | undefined

interface Counts {
  pending: number
  firing: number
  fired24h: number
}

const none: Counts = { pending: 0, firing: 0, fired24h: 0 }

export async function ruleViews(
  db: ReadDb,
  rules: readonly KnownRule[],
  evaluations: Evaluations,
  now: number,
): Promise<z.output<typeof RuleView>[]> {
  const [counts, standings] = await Promise.all([countsByRule(db, now), standingsByRule(db)])
  const common = standings.get('*')
  return rules.map((known) => {
    const stored = standings.get(known.id)
    const at = Math.max(stored?.evaluated_at ?? 0, common?.evaluated_at ?? 0)
    const told = at > known.created_at ? { at, tookMs: null, error: stored?.error ?? null, noData: false } : undefined
    return ruleView(known, counts.get(known.id) ?? none, evaluations(known.id) ?? told)
  })
}

export async function ruleViewOf(
  db: ReadDb,
  id: string,
  evaluations: Evaluations,
  now: number,
): Promise<z.output<typeof RuleView>> {
  const [view] = await ruleViews(db, [await oneRule(db, id)], evaluations, now)
  return view!
}

function ruleView(known: KnownRule, counts: Counts, evaluation: Evaluation | undefined): z.output<typeof RuleView> {
  const { id, name, builtin, enabled, version, created_at, updated_at, updated_by, rule, problem } = known
  const evaluated = enabled ? evaluation : undefined
  return {
    ...(rule ?? { ...ruleDefaults, name, condition: null }),
    enabled,
    id,
    builtin,
    expression: rule ? expressionOf(rule.condition) : '',
    version,
    created_at: iso(created_at),
    updated_at: iso(updated_at),
    updated_by,
    state: stateOf(known, counts, evaluated),
    pending: counts.pending,
    firing: counts.firing,
    fired_24h: counts.fired24h,
    evaluated_at: isoOrNull(evaluated?.at ?? null),
    evaluation_ms: evaluated?.tookMs ?? null,
    error: problem ?? evaluated?.error ?? null,
  }
}

function stateOf(
  { enabled, problem }: KnownRule,
  { pending, firing }: Counts,
  evaluation: Evaluation | undefined,
): z.output<typeof RuleView>['state'] {
  if (problem !== null) return 'broken'
  if (!enabled) return 'disabled'
  if (evaluation && evaluation.error !== null) return 'error'
  if (firing > 0) return 'firing'
  if (pending > 0) return 'pending'
  if (!evaluation) return 'unknown'
  return evaluation.noData ? 'no_data' : 'ok'
}

async function countsByRule(db: ReadDb, now: number): Promise<Map<string, Counts>> {
  const [open, fired] = await Promise.all([
    db
      .selectFrom('alerts')
      .select(['rule_id', 'state', (of) => of.fn.countAll<number>().as('count')])
      .where('open_key', 'is not', null)
      .where('rule_id', 'is not', null)
      .groupBy(['rule_id', 'state'])
      .execute(),
    db
      .selectFrom('alerts')
      .select(['rule_id', (of) => of.fn.countAll<number>().as('count')])
      .where('fired_at', '>', now - dayMs)
      .where('rule_id', 'is not', null)
      .groupBy('rule_id')
      .execute(),
  ])
  const counts = new Map<string, Counts>()
  const of = (id: string | null): Counts => counts.get(id!) ?? counts.set(id!, { ...none }).get(id!)!
  for (const { rule_id, state, count } of open) of(rule_id)[state === 'pending' ? 'pending' : 'firing'] += Number(count)
  for (const { rule_id, count } of fired) of(rule_id).fired24h = Number(count)
  return counts
}

async function standingsByRule(db: ReadDb) {
  const rows = await db.selectFrom('alert_standings').selectAll().execute()
  return new Map(rows.map((row) => [row.rule_id, row]))
}

export async function alertViews(
  db: ReadDb,
  alerts: readonly Alert[],
  now: number,
): Promise<z.output<typeof AlertView>[]> {
  const fingerprints = [...new Set(alerts.map(({ fingerprint }) => fingerprint))]
  const fired = await firedSince(db, fingerprints, now - dayMs)
  return alerts.map((alert) => ({
    ...alert,
    pending_at: iso(alert.pending_at),
    fired_at: isoOrNull(alert.fired_at),
    acknowledged_at: isoOrNull(alert.acknowledged_at),
    resolved_at: isoOrNull(alert.resolved_at),
    updated_at: iso(alert.updated_at),
    fired_24h: fired.get(alert.fingerprint) ?? 0,
  }))
}

/** @throws AppError RESOURCE_NOT_FOUND */
export async function alertViewOf(db: ReadDb, key: string, now: number): Promise<z.output<typeof AlertView>> {
  const [view] = await alertViews(db, [alertOf(await oneAlert(db, key))], now)
  return view!
}

const timelineMax = 1_000
const earlierMax = 20

/** @throws AppError RESOURCE_NOT_FOUND */
export async function alertDetail(db: ReadDb, key: string, now: number): Promise<z.output<typeof AlertDetail>> {
  const row = await oneAlert(db, key)
  const [[view], timeline, rule, earlier] = await Promise.all([
    alertViews(db, [alertOf(row)], now),
    db
      .selectFrom('alert_history')
      .select(['id', 'at', 'what', 'by', 'detail'])
      .where('alert_id', '=', row.id)
      .orderBy('at')
      .orderBy('id')
      .limit(timelineMax)
      .execute(),
    row.rule_id === null ? null : ruleOf(db, row.rule_id),
    db
      .selectFrom('alerts')
      .select(['id', 'fired_at', 'resolved_at', 'resolution'])
      .where('fingerprint', '=', row.fingerprint)
      .where('id', '!=', row.id)
      .where('fired_at', 'is not', null)
      .orderBy('fired_at', 'desc')
      .limit(earlierMax)
      .execute(),
  ])
  return {
    ...view!,
    timeline: timeline.map(({ at, ...entry }) => ({ ...entry, at: iso(at) })),
    rule,
    earlier: earlier.map(({ fired_at, resolved_at, ...one }) => ({
      ...one,
      fired_at: iso(fired_at!),
      resolved_at: isoOrNull(resolved_at),
    })),
  }
}

async function ruleOf(db: ReadDb, id: string) {
  const row = await db.selectFrom('alert_rules').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) return null
  const { name, rule } = knownRule(row)
  return { id, name, condition: rule?.condition ?? null, expression: rule ? expressionOf(rule.condition) : '' }
}
